"""A song as a front end receives it: in progress, then finished."""

import re
from collections import Counter
from dataclasses import dataclass

from bot.store.requests import StoredRequest

_LONGEST_TITLE = 48
_PUNCTUATION = ' \t,.;:!-–—…"“”„«»()[]*_'


@dataclass(frozen=True)
class SongSoFar:
    """A song in progress."""

    artist: str
    text: str
    """Everything composed so far."""
    seed: str = ""
    partner: str | None = None
    """The second artist, who sings every other stanza."""


@dataclass(frozen=True)
class Song:
    """A finished, recorded song."""

    request_id: int
    """Identifies the song in `SungAgain`, `Continuation` and `LyricsService.delete`; fits a button's custom id."""
    artist: str
    seed: str
    text: str
    lines: int
    """The number asked for; a continued song has more."""
    temperature: float
    rhyme: str
    private: bool
    seconds: float
    """How long it took to compose."""
    copied_lines: int
    """Lines that copy the artist's own despite several attempts."""
    rhymes_missed: int
    """Lines for which no rhyme was found."""
    asked_by: int = 0
    """The user who asked for it."""
    partner: str | None = None
    """The second artist, who sings every other stanza."""
    part: int = 1
    """2 for the continuation of a song in a second message, and so on."""
    take: int = 1
    """2 for another song on the same seed, and so on."""
    title_lines: int = 0
    """Lines at the top of the text that are its title: a seed in another script or language than the artist's."""
    likes: int = 0
    guild_id: int | None = None
    channel_id: int | None = None
    message_id: int | None = None
    """The public message that shows it, if that is known."""

    @property
    def line_count(self) -> int:
        """How many lines are sung: neither blank ones nor a title count."""
        return sum(1 for line in self.text.splitlines() if line.strip()) - self.title_lines

    @property
    def title(self) -> str:
        """A name for the song: the line that it repeats most often, or else its first line."""
        return song_title(self.text)

    @property
    def heading(self) -> str:
        """The title, to be shown above the text; empty if the text begins with the same words."""
        begins = song_title(self.text.lstrip().partition("\n")[0])
        return "" if begins.casefold() == self.title.casefold() else self.title


def song_title(text: str) -> str:
    """Name a song after the line that it repeats most often, or else its first line; empty for an empty song."""
    lines = [line.strip(_PUNCTUATION) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    times = Counter(line.casefold() for line in lines)
    best = max(lines, key=lambda line: times[line.casefold()])  # the first of the most frequent lines
    title = re.sub(r"\s+", " ", best)
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE + 1].rpartition(" ")[0].rstrip(_PUNCTUATION) or title[:_LONGEST_TITLE]
        title += " …"
    return title[0].upper() + title[1:]


def of_record(stored: StoredRequest, likes: int = 0) -> Song:
    """Convert a record to a song."""
    return Song(
        request_id=stored.id,
        artist=stored.artist,
        seed=stored.seed,
        text=stored.text,
        lines=stored.lines,
        temperature=stored.temperature,
        rhyme=stored.rhyme,
        private=stored.private,
        seconds=stored.seconds,
        copied_lines=stored.copied_lines,
        rhymes_missed=stored.rhymes_missed,
        asked_by=stored.user_id,
        partner=stored.partner,
        part=stored.part,
        take=stored.take,
        title_lines=stored.title_lines,
        likes=likes,
        guild_id=stored.guild_id or None,
        channel_id=stored.channel_id,
        message_id=stored.message_id,
    )
