"""Marks that show where songs and sections begin, left in a text while its dresses are taken off.

They are private-use characters, which `lstm.text.cleaning` drops from every text that comes in: no file can forge one.
"""

import re

from lstm.text.songs import StanzaKind

SONG = "\ue000"
"""Alone on a line: a song begins here."""
SECTION = "\ue001"
"""Begins a line that holds the kind of the section below it, or nothing where a section has ended."""
ALL = SONG + SECTION

_BLANK_LINES = re.compile(r"\n{3,}")
_MANY_BREAKS = 1.5


def section(kind: StanzaKind | None) -> str:
    """The line that stands for a section's header."""
    return SECTION + (kind or "")


def join_songs(texts: list[str]) -> str:
    """Texts of one song each as a text with a mark before each of them."""
    if len(texts) == 1:
        return texts[0]
    return "".join(f"{SONG}\n{compact(text)}\n\n" for text in texts)


def compact(text: str) -> str:
    """The text without two blank lines in a row."""
    return _BLANK_LINES.sub("\n\n", text.strip("\n"))


def divide_at_marks_only(text: str) -> str:
    """Make blank lines divide stanzas, not songs, where marks show that a song holds two in a row more often than not.

    Needs three marks or more; otherwise the text is returned as it is.
    """
    pieces = [piece for piece in text.split(SONG) if piece.strip()]
    if len(pieces) < 3:
        return text
    songs = sum(len([part for part in _BLANK_LINES.split(piece) if part.strip()]) for piece in pieces)
    if songs < _MANY_BREAKS * len(pieces):
        return text
    return "".join(f"\n{SONG}\n{compact(piece)}\n\n" for piece in pieces)
