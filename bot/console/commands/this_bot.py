"""Commands about the bot itself."""

import platform
from datetime import UTC, datetime, timedelta

import numpy

from bot.console.command_line import CommandLine, shortened
from bot.console.context import Context
from bot.console.forms import FORMS, MEANT
from bot.services import Refusal
from bot.version import own_version


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
        "texts for training and the models trained on them, until the artist is deleted (/forget)."
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
        [(f"/{name}", " ".join(f"{option}:" for option in form.names), form.purpose) for name, form in FORMS.items()],
    )
    context.screen.aside(f"For example: {FORMS['lyrics'].example}")
    context.screen.aside("/help COMMAND shows the values of its options, for example /help lyrics.")
    context.screen.aside("To write a song to a file, end a /lyrics line with > FILE, or >> FILE to append.")


def _describe(context: Context, asked: str) -> None:
    """Say what a command is for, what its options may be, and how it is typed."""
    name = asked.removeprefix("/").casefold()
    name = MEANT.get(name, name)
    form = FORMS.get(name)
    if form is None:
        raise Refusal(f"There is no command /{shortened(name)}; /help lists them.")
    context.screen.say(f"/{name}: {form.purpose}")
    if form.options:
        context.screen.table(("option", "value"), [(f"{option.name}:", option.value) for option in form.options])
    if form.example is not None:
        context.screen.aside(f"For example: {form.example}")
