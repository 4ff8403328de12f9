"""Numbers in front of lines, at every fifth line's end, and in front of the verses of hymns.

Only numbers that count: lines that begin with a number of their own ("99 red balloons") are in no such order.
"""

import re
from itertools import pairwise

from lstm.text import marks
from lstm.text.dresses.undressed import Undressed
from lstm.text.songs import StanzaKind

_LEADING = re.compile(r"\s{0,8}[\[(]?(\d{1,5})(?:[.):\]|-]\s{0,4}|\s{1,6}|\t)(?=\S)")
_TRAILING = re.compile(r"\s{2,40}(\d{1,4})$")
_VERSE = re.compile(r"\s{0,4}[\[(]?(\d{1,2})[.)\]]\s{0,4}(?=\S|$)")
_LEAST_SHARE = 0.8
_LEAST_COUNTING = 0.85
_FEWEST = 6


def take_off(text: str) -> Undressed | None:
    """Drop line numbers."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip() and line[0] not in marks.ALL]
    numbers = [int(match.group(1)) for line in filled if (match := _LEADING.match(line))]
    if len(numbers) >= max(_FEWEST, _LEAST_SHARE * len(filled)) and _count_up(numbers, most=4):
        return Undressed("\n".join([_LEADING.sub("", line, count=1) for line in lines]), {"line numbers": len(numbers)})
    numbers = [int(match.group(1)) for line in filled if (match := _TRAILING.search(line[-60:]))]
    if len(numbers) >= 4 and all(n % 5 == 0 for n in numbers) and _count_up(numbers, most=5):
        stripped = [
            line[: len(line) - len(m.group())] if (m := _TRAILING.search(line[-60:])) else line for line in lines
        ]
        return Undressed("\n".join(stripped), {"line numbers": len(numbers)})
    return _take_off_verse_numbers(lines)


def _count_up(numbers: list[int], most: int) -> bool:
    """Whether each number is a little larger than the one before, or begins a new count."""
    steps = [0 < b - a <= most or b <= 5 for a, b in pairwise(numbers)]
    return sum(steps) >= _LEAST_COUNTING * len(steps) and len(set(numbers)) > 3


def _take_off_verse_numbers(lines: list[str]) -> Undressed | None:
    """ "1." above or before the first line of a stanza, "2." at the next, and so on."""
    begins = [
        k
        for k, line in enumerate(lines)
        if line.strip() and (k == 0 or not lines[k - 1].strip() or lines[k - 1][0] in marks.ALL)
    ]
    numbered = [(k, int(match.group(1)), match.end()) for k in begins if (match := _VERSE.match(lines[k]))]
    counts = sum(b == a + 1 or b == 1 for (_, a, _), (_, b, _) in pairwise(numbered))
    if len(numbered) < 3 or numbered[0][1] != 1 or counts < _LEAST_COUNTING * (len(numbered) - 1):
        return None
    if len(numbered) < 0.3 * len(begins) or sum(n > 1 for _, n, _ in numbered) < 2:
        return None
    result = list(lines)
    for k, _, end in numbered:
        rest = lines[k][end:].strip()
        result[k] = marks.section(StanzaKind.VERSE) + (f"\n{rest}" if rest else "")
    return Undressed("\n".join(result), {"verse numbers": len(numbered)})
