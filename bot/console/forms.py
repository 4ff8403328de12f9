"""The commands of the console and their options: how a line is parsed, completed and explained all comes from here."""

from dataclasses import dataclass
from typing import Literal

from bot.services import (
    DEFAULT_LINES,
    FEWEST_LINES,
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MOST_LINES,
    RHYMES,
    SEED_CHARACTERS,
    SONG_FORMS,
)
from lstm.song.composing import SongSettings


@dataclass(frozen=True)
class Option:
    """An option, and what its value may be."""

    name: str
    value: str
    """As /help describes it."""
    choices: tuple[str, ...] = ()
    """The values there are, to complete what is typed."""
    refers_to: Literal["artist", "file", "command"] | None = None
    """What its value is the name of; that completes it, too."""


@dataclass(frozen=True)
class Form:
    """What a command takes, and what it is for."""

    purpose: str
    options: tuple[Option, ...] = ()
    """The first one also takes text without an option name: `/artist burns`."""
    example: str | None = None
    is_confirmed: bool = False
    """Whether it takes --yes."""
    is_written: bool = False
    """Whether its result can be written to a file."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the options."""
        return tuple(option.name for option in self.options)


_ARTIST = Option("artist", "an artist's name; /artists lists them", refers_to="artist")

FORMS = {
    "lyrics": Form(
        "a song that begins with the seed",
        (
            Option("seed", f"the words the song begins with, at most {SEED_CHARACTERS} characters"),
            _ARTIST,
            Option("lines", f"{FEWEST_LINES} to {MOST_LINES}; {DEFAULT_LINES} if not given"),
            Option(
                "temperature",
                f"{LOWEST_TEMPERATURE} (safe) to {HIGHEST_TEMPERATURE} (wild); {SongSettings.temperature} if not given",
            ),
            Option("rhyme", f"{', '.join(RHYMES)}; auto (as the artist does) if not given", RHYMES),
            Option("form", f"{', '.join(SONG_FORMS)}; song if not given", SONG_FORMS),
            Option("with", "a second artist, who sings every other stanza", refers_to="artist"),
            Option("private", "true or false; false if not given", ("true", "false")),
        ),
        "/lyrics seed:I walk alone artist:harbour-lights lines:8 rhyme:AABB",
        is_written=True,
    ),
    "again": Form("another song from the last seed", is_written=True),
    "continue": Form("more lines of the last song", is_written=True),
    "delete": Form("forget the last song"),
    "artists": Form("who can sing here"),
    "artist": Form(
        "an artist's model and its versions",
        (Option("name", _ARTIST.value, refers_to="artist"),),
        "/artist harbour-lights",
    ),
    "history": Form("your own songs", (Option("page", "1, 2, 3 ...; 1 is the newest"),)),
    "mydata": Form(
        "export or delete everything stored about you",
        (Option("what", "export or delete", ("export", "delete")),),
        "/mydata export > mine.json",
        is_confirmed=True,
        is_written=True,
    ),
    "about": Form("what this is and what it stores"),
    "train": Form(
        "train an artist on the text file corpus:PATH",
        (
            _ARTIST,
            Option("corpus", "the path of a text file; if not given, the text already stored", refers_to="file"),
            Option("minutes", "the time limit in minutes; LYRICS_TRAIN_MINUTES if not given"),
        ),
        "/train artist:my-band corpus:songs.txt minutes:2",
        is_confirmed=True,
    ),
    "jobs": Form("queued, running and recent training jobs"),
    "cancel": Form("cancel a training job", (Option("job", "a job's number; /jobs lists them"),), "/cancel job:3"),
    "forget": Form(
        "remove an artist with its text and models", (_ARTIST,), "/forget artist:my-band", is_confirmed=True
    ),
    "rollback": Form(
        "go back to the previous version, or to any other that is kept",
        (
            _ARTIST,
            Option("version", "a version's number; /artist lists them; if not given, the one before the current one"),
        ),
        "/rollback artist:my-band version:1",
    ),
    "help": Form(
        "this list, or the options of one command",
        (Option("command", "a command's name", refers_to="command"),),
        "/help lyrics",
    ),
    "quit": Form("leave"),
}

MEANT = {"exit": "quit", "q": "quit", "bye": "quit", "h": "help", "?": "help", "commands": "help"}
"""Words from other programs, and what they are called here."""
