"""Lines whose ends were lost or doubled: spelt out, " / " in their place, a blank line after each."""

import re
import statistics
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed
from lstm.text.line_breaks import with_line_ends

_SPELT_OUT = re.compile(r"\\r\\n|\\n|\\r")
_SLASH = re.compile(r" {1,3}(?://?|\|) {1,3}")
_FEWEST_ENDS = 3
_LONG_LINE = 160
_SLASHED_SHARE = 0.6
_SONG_PIECES = 6
_DOUBLED_SHARE = 0.9


def take_off_spelt_out(text: str) -> Undressed | None:
    """A backslash and an "n" in place of line ends, as badly read JSON and CSV have them."""
    spelt_out = text.count("\\n")
    if spelt_out < _FEWEST_ENDS or spelt_out < text.count("\n"):
        return None
    lines = [_SPELT_OUT.sub("\n", line).strip("\n") for line in text.split("\n")]
    songs = [line for line in lines if "\n" in line]
    if len(songs) >= 2 and len(songs) >= 0.5 * sum(bool(line.strip()) for line in lines):
        return Undressed(
            boundaries.join_songs([line for line in lines if line.strip()]), {"spelt-out line ends": spelt_out}
        )
    return Undressed("\n".join(lines), {"spelt-out line ends": spelt_out})


def take_off_slashes(text: str) -> Undressed | None:
    """ " / " or " | " between lines: each line of the file is a song, or a stanza where it is short."""
    lines = [line for line in text.split("\n") if line.strip() and line[0] not in boundaries.ALL]
    slashed = [len(_SLASH.split(line)) for line in lines if " / " in line or " | " in line or " // " in line]
    if not lines or sum(n - 1 for n in slashed) < _FEWEST_ENDS or len(slashed) < _SLASHED_SHARE * len(lines):
        return None
    if statistics.median(slashed) < _FEWEST_ENDS:
        return None
    is_song = statistics.median(slashed) >= _SONG_PIECES and len(lines) > 1
    result: list[str] = []
    for line in text.split("\n"):
        if line[:1] in boundaries.ALL or not line.strip():
            result.append(line)
        else:
            stanza = "\n".join(piece.strip() for piece in _SLASH.split(line.strip(" /|")))
            result += [boundaries.SONG, stanza, ""] if is_song else [stanza, ""]
    return Undressed("\n".join(result), {"slashes between lines": sum(slashed) - len(slashed)})


def take_off_doubling(text: str) -> Undressed | None:
    """A blank line after every line: the commonest gap is a line end, wider ones end stanzas and songs."""
    lines = text.split("\n")
    gaps = Counter[int]()
    places: list[tuple[int, int]] = []
    last = None
    for k, line in enumerate(lines):
        if line.strip():
            if last is not None:
                gaps[k - last] += 1
                places.append((last, k - last))
            last = k
    total = sum(gaps.values())
    if total < 12 or gaps[1] > (1 - _DOUBLED_SHARE) * total or gaps[2] < 0.5 * total:
        return None
    wider = Counter({gap: n for gap, n in gaps.items() if gap > 2})
    # Stanzas end more often than songs, however many blank lines stand for either.
    ranked = [gap for gap, _ in wider.most_common(2)]
    stanza_gap = ranked[0] if ranked else 0
    breaks = {}
    for gap in wider:
        is_song = len(ranked) > 1 and (gap > stanza_gap or gap == ranked[1])
        if len(ranked) == 1:
            is_song = gap >= 6
        breaks[gap] = "\n\n\n" if is_song else "\n\n"
    gap_after = dict(places)
    result = "".join(line + breaks.get(gap_after.get(k, 0), "\n") for k, line in enumerate(lines) if line.strip())
    return Undressed(result, {"doubled line ends": gaps[2]})


def take_off_song_per_line(text: str) -> Undressed | None:
    """Songs, or stanzas, that are one long line each: the lines begin again where `with_line_ends` finds it likely."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip() and line[0] not in boundaries.ALL]
    long = list(dict.fromkeys(filter(_is_long, filled)))
    if not long or sum(map(len, filter(_is_long, filled))) < 0.7 * sum(map(len, filled)):
        return None
    is_song = len(filled) > 1 and statistics.median(map(len, filled)) > 2 * _LONG_LINE
    broken = dict(zip(long, with_line_ends(long), strict=True))
    result: list[str] = []
    count = 0
    for line in lines:
        parts = broken.get(line)
        if parts is None:
            result.append(line)
            continue
        count += len(parts) - 1
        result += [boundaries.SONG, *parts, ""] if is_song else [*parts, ""]
    return Undressed("\n".join(result), {"lost line ends": count}) if count else None


def _is_long(line: str) -> bool:
    return len(line) > _LONG_LINE
