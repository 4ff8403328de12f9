"""A song as a front end receives it: growing, then finished."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SongSoFar:
    """A song in progress."""

    artist: str
    text: str
    """Everything composed so far, from its beginning."""


@dataclass(frozen=True)
class Song:
    """A finished, recorded song."""

    request_id: int
    """Identifies the song in `SungAgain`, `Continuation` and `LyricsService.delete`; fits a button's custom id."""
    artist: str
    seed: str
    text: str
    lines: int
    temperature: float
    rhyme: str
    private: bool
    seconds: float
    """How long composing took."""
    composed_at: datetime
    copied_lines: int
    """Lines that copy the artist's own in spite of all attempts."""
    rhymes_missed: int
    """Lines for which no rhyme was found."""
