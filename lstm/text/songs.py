"""Songs as data: stanzas with their kind, and the plain text that is learned from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SONG_BREAK = "\n\n\n"
"""Two blank lines separate songs; the network learns from them that a song has ended."""
STANZA_BREAK = "\n\n"


class StanzaKind(StrEnum):
    """What a stanza is in its song. A stanza of unknown kind is a verse."""

    VERSE = "verse"
    CHORUS = "chorus"
    PRE_CHORUS = "pre-chorus"
    POST_CHORUS = "post-chorus"
    BRIDGE = "bridge"
    INTRO = "intro"
    OUTRO = "outro"
    INTERLUDE = "interlude"
    SPOKEN = "spoken"


@dataclass(frozen=True)
class Stanza:
    """Lines that belong together, none of them blank."""

    kind: StanzaKind
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Song:
    """The stanzas of a song, in order."""

    stanzas: tuple[Stanza, ...]

    @property
    def text(self) -> str:
        """The words alone: stanzas separated by one blank line."""
        return STANZA_BREAK.join("\n".join(stanza.lines) for stanza in self.stanzas)

    @property
    def lines(self) -> list[str]:
        """All lines, without the blank ones."""
        return [line for stanza in self.stanzas for line in stanza.lines]


def text_of(songs: Iterable[Song]) -> str:
    """The songs as one text: songs separated by two blank lines, stanzas by one."""
    return SONG_BREAK.join(song.text for song in songs)


LONGEST_UNDIVIDED_SONG = 120
"""Lines: a text with single blank lines only is one song up to this length, and a song per block beyond it."""
MOST_UNDIVIDED_STANZAS = 16


def songs_of(text: str) -> list[str]:
    """The songs of a clean text: the blocks between two or more blank lines.

    A text that has no two blank lines in a row is one song if it is as short as one. Otherwise every block between
    single blank lines counts as a song.
    """
    divides_songs = r"\n{3,}" if SONG_BREAK in text or _is_one_song(text) else r"\n{2,}"
    parts = re.split(divides_songs, text)
    return [song for part in parts if (song := part.strip("\n")).strip()]


def _is_one_song(text: str) -> bool:
    return text.count("\n") <= LONGEST_UNDIVIDED_SONG and text.count(STANZA_BREAK) < MOST_UNDIVIDED_STANZAS


def join(songs: Iterable[str]) -> str:
    """Songs as one text, which begins and ends with a song break."""
    return SONG_BREAK + "".join(song + SONG_BREAK for song in songs)
