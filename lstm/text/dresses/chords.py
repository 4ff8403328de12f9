"""The names of chords, and lines that hold nothing else."""

import re

_QUALITY = r"(?:maj|min|mi|dim|aug|sus|add|m|M|º|°|ø|Ø|Δ|\+|-)"
_EXTENSION = r"(?:\d{1,2}|[#b+-]\d{1,2}|\((?:[a-z#b+-]{0,4}\d{1,2},?){1,3}\))"
_BASS = r"(?:/[A-GH](?:#|b|♯|♭)?m?|/\d)"
_CHORD = rf"[A-GH](?:##?|bb?|♯|♭)?(?:{_QUALITY}|{_EXTENSION}){{0,5}}{_BASS}?"
_ONE = re.compile(_CHORD)
_GLUED = re.compile(rf"(?:{_CHORD}){{1,4}}[*~]{{0,2}}")
_FILLER = re.compile(
    r"[cdfga]is(?:7|moll)?"
    r"|[|:/\\().,*~%–-]{1,8}|[x×]\d{1,2}|\(?\d{1,2}[x×]\)?|\(?[x×] ?\d{1,2}\)?|N\.?C\.?|\d/\d|riff|tacet",
    re.IGNORECASE,
)
_OVERWRITTEN = re.compile(
    r"[A-GH][A-GHabdgijmnosu#♯♭0-9/()+°ø-]{1,9}|(?=\D{0,14}[0-9])[A-GH][A-GHabdgijmnosu#♯♭0-9/()+°ø-]{10,15}"
)


def is_chord(text: str) -> bool:
    """Whether a text is the name of a chord: "Am7", "F#m", "C/G", "Cadd9"."""
    return 0 < len(text) <= 16 and _ONE.fullmatch(text) is not None


def is_chord_line(line: str, is_sheet: bool = False) -> bool:
    """Whether a line holds chords and bar lines only.

    In a text that is known as a chord sheet, chords that were written over one another count too ("CaddBm7").
    """
    if len(line) > 300:
        return False
    tokens = line.replace("|", " ").replace("[", " ").replace("]", " ").split()
    chords = 0
    for token in tokens:
        token = token.strip("(),") or token
        if _GLUED.fullmatch(token) or (is_sheet and _OVERWRITTEN.fullmatch(token)):
            chords += 1
        elif not _FILLER.fullmatch(token):
            return False
    return chords > 0
