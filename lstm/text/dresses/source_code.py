"""Songs as strings of a program: a list of them, or a variable each, in the quotes of Python and its relatives."""

import re

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_TRIPLE = re.compile(r'"""(.*?)"""|' + r"'''(.*?)'''", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"' + r"|'((?:[^'\\\n]|\\.)*)'")
_BEGINNING = re.compile(
    r"\s{0,20}(?:#.{0,200}\n\s{0,20})?(?:[\w.]{1,40}\s?(?::\s?[\w\[\]]{1,40}\s?)?=\s?)?[\[({]\s{0,20}[\"']|\s{0,20}[\w.]{1,40}\s?=\s?[\"']"
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANINGS = {"n": "\n", "r": "", "t": " "}
_QUOTED = re.compile(r"\s{0,20}([\"'])(.*)\1,?\s{0,5}")
_FEWEST_QUOTED = 5
_LEAST_QUOTED = 0.9
_FEWEST = 2
_LEAST_SHARE = 0.8


def take_off(text: str) -> Undressed | None:
    """The strings that hold several lines, where a text is little else."""
    quoted = _quoted_lines(text)
    if quoted is not None:
        return quoted
    if text.count('"""') + text.count("'''") >= 2 * _FEWEST:
        songs = [a or b for a, b in _TRIPLE.findall(text)]
        return _songs([song for song in songs if "\n" in song], text)
    if "\\n" not in text or not _BEGINNING.match(text):
        return None
    strings = [a or b for a, b in _STRING.findall(text)]
    return _songs([_ESCAPE.sub(lambda m: _MEANINGS.get(m[1], m[1]), s) for s in strings if "\\n" in s], text)


def _quoted_lines(text: str) -> Undressed | None:
    """Lines in quotes with a comma behind each, as a list of strings has them."""
    if text.count('",\n') + text.count("',\n") < _FEWEST_QUOTED:
        return None
    lines = text.split("\n")
    quoted = [_QUOTED.fullmatch(line) if len(line) < 1_000 else None for line in lines]
    count = sum(match is not None for match in quoted)
    if count < _LEAST_QUOTED * sum(bool(line.strip()) for line in lines):
        return None
    pairs = zip(lines, quoted, strict=True)
    bare = [line if match is None else _ESCAPE.sub(r"\1", match[2]) for line, match in pairs]
    return Undressed("\n".join(bare), {"strings of a program": count})


def _songs(songs: list[str], text: str) -> Undressed | None:
    if len(songs) < _FEWEST or sum(map(len, songs)) < _LEAST_SHARE * len(text):
        return None
    return Undressed(boundaries.join_songs([song.strip("\n") for song in songs]), {"strings of a program": len(songs)})
