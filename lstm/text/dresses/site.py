"""What sites put around a song that was copied by hand: counts, buttons, credits, licences, banners, other songs.

None of it is marked as such, so lines are judged by their wording and their neighbours. Some are never sung ("Submit
Corrections") and go wherever they stand. Others may be ("Read more", "Share"): they go only in a run of such lines that
holds one of the first kind, or several at the beginning or end of a song. Title and artist go where such a page begins.
"""

import re
from collections import Counter
from dataclasses import dataclass

from lstm.text import boundaries
from lstm.text.dresses.site_wording import NEVER, certainty, is_word_of_songs, may_be_of_a_site
from lstm.text.dresses.undressed import Undressed

_WHO = re.compile(r"(?i:(?:produced|written|recorded|mixed|mastered) by|label)")
"""Whose name stands on the next line."""
_LIKE = re.compile(r"(?i:you might also like)")
_FEWEST_AT_AN_EDGE = 3
"""Lines that may be sung and have nothing certain among them, if they are to be a page's all the same."""
_MOST_RECOMMENDED = 6
_MOST_HEAD_LINES = 3
_WORD = re.compile(r"[^\W_]+")
_BEGINS_PAGE = re.compile(r"(?i:\d{1,5} contributors?)|.{1,90} Lyrics")


@dataclass
class _Line:
    text: str
    is_chrome: bool = False
    """Taken off."""
    is_mark: bool = False
    """Begins a song or a section: "[Chorus]" too."""


def take_off(text: str) -> Undressed | None:
    """Lines of a page around its song go; one that begins with a count of contributors begins a song."""
    if not may_be_of_a_site(text):
        return None
    lines = [_Line(line, is_mark=_is_mark(line)) for line in text.split("\n")]
    kinds = {line.text: certainty(line.text) for line in lines}
    removed = Counter[str]()
    _take_recommendations(lines, kinds, removed)
    _take_runs(lines, kinds, removed)
    if not removed:
        return None
    _take_heads(lines, removed)
    return Undressed(_joined(lines), dict(removed))


def _is_mark(line: str) -> bool:
    stripped = line.strip()
    return stripped[:1] in (boundaries.SONG, boundaries.SECTION) or (stripped[:1] == "[" and stripped[-1:] == "]")


def _take_recommendations(lines: list[_Line], kinds: dict[str, int], removed: Counter[str]) -> None:
    """ "You might also like", and the titles and artists below it."""
    is_page = NEVER in kinds.values()
    for k, line in enumerate(lines):
        if not _LIKE.fullmatch(line.text.strip()):
            continue
        if is_page and not (_is_verse(lines, k - 1) and _is_verse(lines, k + 1)):
            line.is_chrome = True
            removed["adverts"] += 1
        listed: list[int] = []
        for j in range(k + 1, len(lines)):
            text = lines[j].text.strip()
            if (not text and listed) or lines[j].is_mark or len(listed) > 2 * _MOST_RECOMMENDED:
                break
            if text and not kinds[lines[j].text]:
                listed.append(j)
        count = _recommended([lines[j].text.strip() for j in listed])
        if count:
            for j in range(k + 1, listed[count - 1] + 1):
                lines[j].is_chrome = True
            removed["adverts"] += count + (not line.is_chrome)
            line.is_chrome = True


def _recommended(lines: list[str]) -> int:
    """How many of the lines, from the first on, are titles and artists in turn."""
    artists = [line.casefold() for line in lines[1::2]]
    most = max(map(artists.count, artists), default=0)
    if most > 1:  # the same artist again and again: up to the last time
        name = max(artists, key=artists.count)
        last = len(artists) - 1 - artists[::-1].index(name)
        count = 2 * last + 2
    else:
        count = len(lines)
    pairs = lines[:count]
    if count % 2 or count > 2 * _MOST_RECOMMENDED or not all(map(_is_title, pairs[1::2])):
        return 0
    titles = pairs[::2]
    if most > 1:
        return count if len(set(titles)) == len(titles) else 0
    return count if all(map(_is_title, titles)) else 0


def _take_runs(lines: list[_Line], kinds: dict[str, int], removed: Counter[str]) -> None:
    """Lines of pages in runs, blank lines between them left out of account."""
    run: list[int] = []
    for k in range(len(lines) + 1):
        line = lines[k] if k < len(lines) else None
        if line is not None and (not line.text.strip() or line.is_chrome):
            continue
        is_named = (
            line is not None and run and _WHO.fullmatch(lines[run[-1]].text.strip()) and _is_title(line.text.strip())
        )
        if line is not None and (kinds[line.text] or is_named) and not line.is_mark:
            run.append(k)
            continue
        run = _trimmed(run, lines)
        if run and _is_of_a_page(run, lines, kinds):
            for j in run:
                lines[j].is_chrome = True
            removed["page texts"] += len(run)
        run = []


def _trimmed(run: list[int], lines: list[_Line]) -> list[int]:
    """Without words of songs right above or below a verse: "Home" may be its last line."""
    first, end = 0, len(run)
    while first < end and is_word_of_songs(lines[run[first]].text) and _is_verse(lines, run[first] - 1):
        first += 1
    while first < end and is_word_of_songs(lines[run[end - 1]].text) and _is_verse(lines, run[end - 1] + 1):
        end -= 1
    return run[first:end]


def _is_verse(lines: list[_Line], k: int) -> bool:
    if not 0 <= k < len(lines):
        return False
    line = lines[k]
    return bool(line.text.strip()) and not line.is_chrome and not line.is_mark


def _is_of_a_page(run: list[int], lines: list[_Line], kinds: dict[str, int]) -> bool:
    if any(kinds[lines[j].text] == NEVER for j in run):
        return True
    return len({lines[j].text for j in run}) >= _FEWEST_AT_AN_EDGE and (
        _is_edge(lines, range(run[0] - 1, -1, -1)) or _is_edge(lines, range(run[-1] + 1, len(lines)))
    )


def _is_edge(lines: list[_Line], outwards: range) -> bool:
    """Whether nothing, or the end of a song, comes next."""
    for blank, k in enumerate(outwards):
        text = lines[k].text.strip()
        if text or blank:
            return not text or text == boundaries.SONG
    return True


# Titles --------------------------------------------------------------------------------------------------------------


def _take_heads(lines: list[_Line], removed: Counter[str]) -> None:
    """Titles and artists above songs that something was taken off."""
    for first, end in _pages(lines):
        named = {_plain(line.text) for line in lines[first:end] if line.is_chrome}
        if not named:
            continue
        rest = [k for k in range(first, end) if lines[k].text.strip() and not lines[k].is_chrome]
        for k in rest[: _head(rest, lines, named)]:
            lines[k].is_chrome = True
            removed["page titles"] += 1


def _pages(lines: list[_Line]) -> list[tuple[int, int]]:
    """Where songs begin and end, with what was around them."""
    found, first, blank, has_song, last = [], 0, 0, False, 0
    for k, line in enumerate(lines):
        text = line.text.strip()
        begins = text == boundaries.SONG or (line.is_chrome and _BEGINS_PAGE.fullmatch(text) is not None)
        if has_song and (begins or (text and not line.is_chrome and blank > 1)):
            found.append((first, k))
            first, has_song = last + 1, False
        if text:
            blank = 0
            if not line.is_chrome and not line.is_mark:
                has_song, last = True, k
        else:
            blank += 1
    return [*found, (first, len(lines))]


def _head(rest: list[int], lines: list[_Line], named: set[str]) -> int:
    """How many of a song's lines are its title and artist."""
    if len(rest) <= _MOST_HEAD_LINES:
        return 0
    count = 0
    for n, k in enumerate(rest[:_MOST_HEAD_LINES], 1):
        text = lines[k].text.strip()
        if lines[k].is_mark or not _is_title(text):
            break
        following = rest[n]
        ends_block = following > k + 1 or lines[following].is_mark
        name = _plain(text)
        if ends_block or (len(name) > 3 and any(f" {name} " in f" {other} " for other in named)):
            count = n
    return count


def _plain(line: str) -> str:
    return " ".join(_WORD.findall(line.casefold()))


def _is_title(line: str) -> bool:
    """Whether all long words of a line have capitals, and no sign of a sentence ends it."""
    words = [word for word in _WORD.findall(line) if len(word) > 3] or _WORD.findall(line)[:1]
    return bool(words) and all(not word[0].islower() for word in words) and line[-1] not in ",.;:!?-" and len(line) < 80


def _joined(lines: list[_Line]) -> str:
    """The lines that are left; of the blank lines around what was taken out, the side that has more of them."""
    kept: list[str] = []
    blank = most = 0
    for line in lines:
        text = line.text
        if not text.strip():
            blank += 1
            most = max(most, blank)
            continue
        blank = 0
        if not line.is_chrome:
            kept += [""] * most + [text]
            most = 0
        elif _BEGINS_PAGE.fullmatch(text.strip()):
            kept += ["", boundaries.SONG]
    return boundaries.divide_at_marks_only("\n".join(kept))
