"""Numbers in front of lines, at every fifth line's end, and in front of the verses of hymns, of poems and of titles.

Only numbers that count: lines that begin with a number of their own ("99 red balloons") are in no such order.
"""

import re
from itertools import pairwise

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed
from lstm.text.songs import StanzaKind

_LEADING = re.compile(r"\s{0,8}[\[(]?(\d{1,5})(?:[.):\]|-]\s{0,4}|\s{1,6}|\t)(?=\S)")
_TRAILING = re.compile(r"\s{2,40}(\d{1,4})$")
_COUNT = re.compile(r"\s[(\[]?(\d{1,4})/(\d{1,4})[)\]]?$")
_TITLE = re.compile(
    r"\s{0,4}(?:(?:song|track|poem|lyrics?|no\.?|nr\.?|number) ?#?|#)(\d{1,3})(?:[.):]| ?[-–]|$)", re.IGNORECASE
)
_VERSE = re.compile(r"\s{0,4}[\[(]?(\d{1,2})[.)\]]\s{0,4}(?=\S|$)")
_ROMAN = re.compile(r"[\[(]?((?:X{0,3})(?:IX|IV|V?I{0,3}))[.)\]:]{0,2}(?<=[IVX.)\]:])", re.IGNORECASE | re.ASCII)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_BARE_NUMBER = re.compile(r"\s{0,4}(\d{1,2})\s{1,4}(?=[^\W\d_\s]|[\"'])")
_LEAST_VERSE_SHARE = 0.3
_LEAST_BARE_SHARE = 0.8
_LEAST_SHARE = 0.8
_LEAST_COUNTING = 0.85
_FEWEST = 6


def take_off(text: str) -> Undressed | None:
    """Drop line numbers."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip() and line[0] not in boundaries.ALL]
    numbers = [int(match.group(1)) for line in filled if (match := _LEADING.match(line))]
    if len(numbers) >= max(_FEWEST, _LEAST_SHARE * len(filled)) and _count_up(numbers, most=4):
        return Undressed("\n".join([_LEADING.sub("", line, count=1) for line in lines]), {"line numbers": len(numbers)})
    numbers = [int(match.group(1)) for line in filled if (match := _TRAILING.search(line[-60:]))]
    if len(numbers) >= 4 and all(n % 5 == 0 for n in numbers) and _count_up(numbers, most=10):
        stripped = [
            line[: len(line) - len(m.group())] if (m := _TRAILING.search(line[-60:])) else line for line in lines
        ]
        return Undressed("\n".join(stripped), {"line numbers": len(numbers)})
    return _take_off_counts(lines) or _take_off_verse_numbers(lines)


def _take_off_counts(lines: list[str]) -> Undressed | None:
    """ "3/12" at the ends of messages that are counted."""
    found = [(k, match) for k, line in enumerate(lines) if (match := _COUNT.search(line[-20:]))]
    pairs = [(int(match.group(1)), int(match.group(2))) for _, match in found]
    if len(pairs) < 4 or len({whole for _, whole in pairs}) > 1:
        return None
    if not all(b == a + 1 for (a, _), (b, _) in pairwise(pairs)):
        return None
    result = list(lines)
    for k, match in found:
        result[k] = lines[k][: len(lines[k]) - len(match.group())]
    return Undressed("\n".join(result), {"line numbers": len(found)})


def _count_up(numbers: list[int], most: int) -> bool:
    """Whether each number is a little larger than the one before, or begins a new count."""
    steps = [0 < b - a <= most or b <= 5 for a, b in pairwise(numbers)]
    return sum(steps) >= _LEAST_COUNTING * len(steps) and len(set(numbers)) > 3


def _take_off_verse_numbers(lines: list[str]) -> Undressed | None:
    """ "1." or "II" above or before the first line of a stanza, and so on; or before the titles of songs."""
    begins = [
        k
        for k, line in enumerate(lines)
        if line.strip() and (k == 0 or not lines[k - 1].strip() or lines[k - 1][0] in boundaries.ALL)
    ]
    for find in (_titled, _arabic, _roman, _bare):
        numbered = [(k, *found) for k in begins if (found := find(lines[k]))]
        counts = sum(b == a + 1 or b == 1 for (_, a, _), (_, b, _) in pairwise(numbered))
        if len(numbered) < 3 or numbered[0][1] != 1 or counts < _LEAST_COUNTING * (len(numbered) - 1):
            continue
        if sum(n > 1 for _, n, _ in numbered) < 2:
            continue
        if find in (_arabic, _titled) and all(b == a + 1 for (_, a, _), (_, b, _) in pairwise(numbered)):
            titles = [k for k, _, end in numbered if find is _titled or lines[k][end:].strip()]
            titles = [k for k in titles if k + 1 == len(lines) or not lines[k + 1].strip()]
            is_divided = find is _arabic and "\n\n\n" in "\n".join(lines)
            if len(titles) == len(numbered) and not is_divided and len(begins) > 2 * len(titles):
                return _with_songs(lines, titles)
        if find is _titled:
            continue
        share = _LEAST_BARE_SHARE if find is _bare else _LEAST_VERSE_SHARE
        if len(numbered) >= share * len(begins):
            return _without_numbers(lines, [(k, end) for k, _, end in numbered])
    return None


def _titled(line: str) -> tuple[int, int] | None:
    """The number in "Track 3: Slow Weather", "Song 3" or "#3", and where it ends."""
    match = _TITLE.match(line) if len(line) < 120 else None
    return (int(match.group(1)), match.end()) if match else None


def _arabic(line: str) -> tuple[int, int] | None:
    """The number before a line, as "2." or "(2)", and where it ends."""
    match = _VERSE.match(line)
    return (int(match.group(1)), match.end()) if match else None


def _roman(line: str) -> tuple[int, int] | None:
    """A line that is a Roman number and nothing else."""
    match = _ROMAN.fullmatch(line.strip())
    return (_value(match.group(1)), len(line)) if match else None


def _bare(line: str) -> tuple[int, int] | None:
    """A number before a line, with nothing but a space behind it, as in hymnals."""
    match = _BARE_NUMBER.match(line)
    return (int(match.group(1)), match.end()) if match else None


def _value(roman: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in roman.upper()]
    return sum(-a if a < b else a for a, b in pairwise([*values, 0]))


def _without_numbers(lines: list[str], numbered: list[tuple[int, int]]) -> Undressed:
    result = list(lines)
    for k, end in numbered:
        rest = lines[k][end:].strip()
        result[k] = boundaries.section(StanzaKind.VERSE) + (f"\n{rest}" if rest else "")
    return Undressed("\n".join(result), {"verse numbers": len(numbered)})


def _with_songs(lines: list[str], titles: list[int]) -> Undressed:
    result = list(lines)
    for k in titles:
        result[k] = f"\n{boundaries.SONG}\n"
    return Undressed("\n".join(result), {"titles": len(titles)})
