"""Lines whose ends were lost or doubled: spelt out, " / " in their place, a blank line after each."""

import re
import statistics
from collections import Counter

from lstm.text import marks
from lstm.text.dresses.undressed import Undressed

_SPELT_OUT = re.compile(r"\\r\\n|\\n|\\r")
_SLASH = re.compile(r" {1,3}(?://?|\|) {1,3}")
_FEWEST_ENDS = 3
_LONG_LINE = 160
_SLASHED_SHARE = 0.6
_SONG_PIECES = 6
_DOUBLED_SHARE = 0.9
_PHRASE_END = re.compile(r"""[.!?][)\"']? $""")
_CAPITAL = re.compile(r"""(?<= )(["'(]{0,2}([A-Z\u00c0-\u00de][\w'\u2019]{0,30}))""")
_TOO_LONG = 1.6
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SHORTEST_LINE = 16


def take_off_spelt_out(text: str) -> Undressed | None:
    """A backslash and an "n" in place of line ends, as badly read JSON and CSV have them."""
    spelt_out = text.count("\\n")
    if spelt_out < _FEWEST_ENDS or spelt_out < text.count("\n"):
        return None
    lines = [_SPELT_OUT.sub("\n", line).strip("\n") for line in text.split("\n")]
    songs = [line for line in lines if "\n" in line]
    if len(songs) >= 2 and len(songs) >= 0.5 * sum(bool(line.strip()) for line in lines):
        return Undressed(marks.join_songs([line for line in lines if line.strip()]), {"spelt-out line ends": spelt_out})
    return Undressed("\n".join(lines), {"spelt-out line ends": spelt_out})


def take_off_slashes(text: str) -> Undressed | None:
    """ " / " or " | " between lines: each line of the file is a song, or a stanza where it is short."""
    lines = [line for line in text.split("\n") if line.strip() and line[0] not in marks.ALL]
    slashed = [len(_SLASH.split(line)) for line in lines if " / " in line or " | " in line or " // " in line]
    if not lines or sum(n - 1 for n in slashed) < _FEWEST_ENDS or len(slashed) < _SLASHED_SHARE * len(lines):
        return None
    if statistics.median(slashed) < _FEWEST_ENDS:
        return None
    is_song = statistics.median(slashed) >= _SONG_PIECES and len(lines) > 1
    result: list[str] = []
    for line in text.split("\n"):
        if line[:1] in marks.ALL or not line.strip():
            result.append(line)
        else:
            stanza = "\n".join(piece.strip() for piece in _SLASH.split(line.strip(" /|")))
            result += [marks.SONG, stanza, ""] if is_song else [stanza, ""]
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
    """Songs, or stanzas, that are one long line each: the lines begin again where capitals show it."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip() and line[0] not in marks.ALL]
    long = [line for line in filled if len(line) > _LONG_LINE]
    if not long or sum(map(len, long)) < 0.7 * sum(map(len, filled)):
        return None
    is_song = len(filled) > 1 and statistics.median(map(len, filled)) > 2 * _LONG_LINE
    small = Counter(word for line in filled for word in _WORD.findall(line) if word.islower())
    broken = {line: _sure_breaks(line, small) for line in long}
    usual = statistics.median(len(part) for parts in broken.values() for part in parts)
    result: list[str] = []
    count = 0
    for line in lines:
        parts = [part for piece in broken.get(line, []) for part in _halves(piece, usual)]
        if not parts:
            result.append(line)
            continue
        count += len(parts) - 1
        result += [marks.SONG, *parts, ""] if is_song else [*parts, ""]
    return Undressed("\n".join(result), {"lost line ends": count}) if count else None


def _sure_breaks(line: str, small: Counter[str]) -> list[str]:
    """Broken before capitals of words that are written small elsewhere, or that stand behind the end of a phrase."""
    begin = 0
    broken: list[str] = []
    for at, word in _capitals(line):
        is_pronoun = word == "I" or word.startswith(("I'", "I\u2019"))
        behind_phrase = _PHRASE_END.search(line, max(0, at - 3), at) is not None
        if at - begin >= _SHORTEST_LINE and (behind_phrase or (not is_pronoun and small[word.lower()])):
            broken.append(line[begin:at].strip())
            begin = at
    broken.append(line[begin:].strip())
    return broken


def _halves(line: str, usual: float) -> list[str]:
    """A line that is much longer than usual, broken at the capital (or else the space) that is nearest its middle."""
    if len(line) < _TOO_LONG * usual or len(line) < 2 * _SHORTEST_LINE:
        return [line]
    places = [at for at, _ in _capitals(line) if _SHORTEST_LINE <= at <= len(line) - _SHORTEST_LINE]
    if not places and len(line) > 2 * _TOO_LONG * usual:
        places = [match.end() for match in re.finditer(" ", line)]
    if not places:
        return [line]
    parts, pieces = max(2, round(len(line) / usual)), [0]
    for k in range(1, parts):
        nearest = min(places, key=lambda at: abs(at - k * len(line) / parts))
        if nearest - pieces[-1] >= _SHORTEST_LINE:
            pieces.append(nearest)
    return [line[a:b].strip() for a, b in zip(pieces, [*pieces[1:], len(line)], strict=True)]


def _capitals(line: str) -> list[tuple[int, str]]:
    """Where words with a capital begin behind a space, with the quote or parenthesis in front of them."""
    return [(match.start(1), match.group(2)) for match in _CAPITAL.finditer(line)]
