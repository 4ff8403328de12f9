"""ChordPro: directives in braces ("{title: ...}", "{soc}") and chords in brackets within the lines."""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.chords import is_chord
from lstm.text.dresses.section_words import split_label
from lstm.text.dresses.undressed import Undressed
from lstm.text.songs import StanzaKind

_DIRECTIVE = re.compile(r"\{\s{0,3}([a-zA-Z_+-]{1,40})\s{0,3}(?::?\s{0,3}([^{}]{0,300}))?\}")
_SIGN = re.compile(
    r"\{\s{0,3}(?:title|t|subtitle|st|artist|composer|key|capo|tempo|time|define|start_of_\w{2,12}|end_of_\w{2,12}|so[cvbtg]"
    r"|eo[cvbtg]|chorus|new_song|ns|comment|c|ci|cb|meta|album|year|columns|col|copyright)\s{0,3}(?::[^{}\n]{0,300})?\}",
    re.IGNORECASE,
)
_INLINE = re.compile(r"( ?)\[([^\[\]\n]{1,16})\]( ?)")
_ENDS = {"c": "chorus", "v": "verse", "b": "bridge", "t": "tab", "g": "grid"}
_UNSUNG = frozenset("tab grid abc ly svg textblock".split())
_COMMENTS = frozenset("comment c ci cb comment_italic comment_box highlight".split())
_TITLES = frozenset("title t new_song ns".split())
_LEAST_CHORD_LINES = 0.1


def take_off(text: str) -> Undressed | None:
    """Chords, directives and tablature go; a title begins a song, and environments say what their stanzas are."""
    lines = text.split("\n")
    directives = sum(_SIGN.fullmatch(line.strip()[:400]) is not None for line in lines)
    filled = sum(bool(line.strip()) for line in lines)
    chorded = sum("[" in line and any(is_chord(m[1]) for m in _INLINE.findall(line)) for line in lines)
    if not directives and chorded < max(2, _LEAST_CHORD_LINES * filled):
        return None
    removed = Counter[str]()
    result: list[str] = []
    unsung = ""
    for line in lines:
        stripped = line.strip()
        match = _DIRECTIVE.fullmatch(stripped[:400]) if stripped.startswith("{") else None
        if match:
            removed["directives"] += 1
            name = match.group(1).lower()
            unsung = _environment(name, unsung)
            result += _meaning(name, (match.group(2) or "").strip(), bool(result) and result[-1] == boundaries.SONG)
        elif unsung:
            removed["tablature lines"] += 1
        elif directives and stripped.startswith("#"):
            removed["comments"] += 1
        else:
            words = _without_chords(line, removed)
            if words.strip() or not stripped:
                result.append(words)
    return Undressed("\n".join(result), dict(removed)) if removed else None


def _environment(name: str, unsung: str) -> str:
    """The name of the environment without words that the text is in after a directive."""
    kind = name.removeprefix("start_of_") if name.startswith("start_of_") else ""
    if len(name) == 3 and name.startswith("so"):
        kind = _ENDS.get(name[2], "")
    if kind in _UNSUNG:
        return kind
    return "" if name.startswith(("end_of_", "eo")) else unsung


def _meaning(name: str, value: str, is_after_mark: bool) -> list[str]:
    """The marks that a directive leaves."""
    if name in _TITLES:
        return [] if is_after_mark else ["", boundaries.SONG]
    if name == "chorus":
        return [boundaries.section(StanzaKind.CHORUS)]
    if name in _COMMENTS:
        found = split_label(value.strip("[]():* "))
        return [boundaries.section(found[0])] if found and len(value) < 40 else []
    label = name.removeprefix("start_of_") if name.startswith("start_of_") else ""
    if len(name) == 3 and name.startswith("so"):
        label = _ENDS.get(name[2], "")
    found = split_label(label)
    if found:
        return [boundaries.section(found[0])]
    if name.startswith(("end_of_", "eo")) and name[-1] not in "tg" and not name.endswith(("tab", "grid")):
        return [boundaries.section(None)]
    return []


def _without_chords(line: str, removed: Counter[str]) -> str:
    def replace(match: re.Match[str]) -> str:
        label = match.group(2).strip("*() ")
        if not is_chord(label) and label not in ("N.C.", "NC", "N.C", "/", "|"):
            return match.group()
        removed["chords"] += 1
        return " " if match.group(1) or match.group(3) else ""

    if "[" not in line:
        return line
    words = line
    for _ in range(2):  # neighbours share the space between them
        words = _INLINE.sub(replace, words)
    return words.strip() if words != line else line
