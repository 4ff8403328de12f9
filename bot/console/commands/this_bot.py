"""Commands about the bot itself."""

import platform
from datetime import UTC, datetime, timedelta

import numpy

from bot.console.command_line import FORMS, MEANT, CommandLine, shortened
from bot.console.context import Context
from bot.services import (
    DEFAULT_LINES,
    FEWEST_LINES,
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MOST_LINES,
    RHYMES,
    SEED_CHARACTERS,
    SONG_FORMS,
    Refusal,
)
from bot.version import own_version
from lstm.song.composing import SongSettings

OPTIONS = {
    "seed": f"the words the song begins with, at most {SEED_CHARACTERS} characters",
    "artist": "an artist's name; /artists lists them",
    "lines": f"{FEWEST_LINES} to {MOST_LINES}; {DEFAULT_LINES} if not given",
    "temperature": f"{LOWEST_TEMPERATURE} (safe) to {HIGHEST_TEMPERATURE} (wild); "
    f"{SongSettings.temperature} if not given",
    "rhyme": f"{', '.join(RHYMES)}; auto if not given: as the artist does",
    "form": f"{', '.join(SONG_FORMS)}; song if not given",
    "with": "a second artist, who sings every other stanza",
    "private": "true or false; false if not given",
    "name": "an artist's name; /artists lists them",
    "page": "1, 2, 3 ...; 1 is the newest",
    "what": "export or delete",
    "corpus": "the path of a text file; if not given, the text already stored",
    "minutes": "the longest it may take; LYRICS_TRAIN_MINUTES if not given",
    "job": "a job's number; /jobs lists them",
    "version": "a version's number; /artist lists them; if not given, the one before the current one",
    "command": "a command's name",
}
"""What the value of an option may be; the same in every command that has it."""
_EXAMPLES = {
    "lyrics": "/lyrics seed:I walk alone artist:harbour-lights lines:8 rhyme:AABB",
    "train": "/train artist:my-band corpus:songs.txt minutes:2",
    "artist": "/artist harbour-lights",
    "rollback": "/rollback artist:my-band version:1",
    "forget": "/forget artist:my-band",
    "cancel": "/cancel job:3",
    "mydata": "/mydata export > mine.json",
    "help": "/help lyrics",
}


async def about(context: Context, _line: CommandLine) -> None:
    """Say what this bot is and what it stores."""
    chosen = context.services.settings
    kept = f"for {chosen.history_days} days" if chosen.history_days else "in memory only, until the bot stops"
    context.screen.say(
        "Song lyrics in the style of an artist, composed a few letters at a time by an LSTM in NumPy: "
        "they are invented, not the artist's own words."
    )
    context.screen.say(
        f"Stored in {chosen.data_dir.resolve()}: your requests and their songs, {kept} (/history, /mydata); "
        "texts for training and the models trained on them, until the artist is forgotten (/forget)."
    )
    services = context.services
    up = datetime.now(UTC) - services.started_at
    songs = f"songs: {services.lyrics.songs_in_progress} in progress, {services.lyrics.songs_waiting} waiting"
    context.screen.say(f"Up {timedelta(seconds=round(up.total_seconds()))} · {songs}")
    context.screen.aside(f"lyricbot {own_version()} · NumPy {numpy.__version__} · Python {platform.python_version()}")


async def help_(context: Context, line: CommandLine) -> None:
    """List the commands, or say what one of them takes."""
    asked = line.text("command")
    if asked is not None:
        _describe(context, asked)
        return
    context.screen.say("Type the words a song should begin with, or a command:")
    context.screen.table(
        ("command", "options", ""),
        [(f"/{name}", " ".join(f"{option}:" for option in form.options), form.purpose) for name, form in FORMS.items()],
    )
    context.screen.aside(f"For example: {_EXAMPLES['lyrics']}")
    context.screen.aside("/help COMMAND shows the values of its options, for example /help lyrics.")
    context.screen.aside("To write a song to a file, end its line with > FILE, or >> FILE to append.")


def _describe(context: Context, asked: str) -> None:
    """Say what a command is for, what its options may be, and how it is typed."""
    name = asked.removeprefix("/").casefold()
    name = MEANT.get(name, name)
    form = FORMS.get(name)
    if form is None:
        raise Refusal(f"There is no command /{shortened(name)}; /help lists them.")
    context.screen.say(f"/{name}: {form.purpose}")
    if form.options:
        context.screen.table(("option", "value"), [(f"{option}:", OPTIONS[option]) for option in form.options])
    if name in _EXAMPLES:
        context.screen.aside(f"For example: {_EXAMPLES[name]}")
