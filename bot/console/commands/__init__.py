"""The commands of the console, by name: each asks a service and prints what it says."""

from collections.abc import Awaitable, Callable

from bot.console.command_line import CommandLine
from bot.console.commands import artists, own_data, songs, this_bot, trainings
from bot.console.context import Context

COMMANDS: dict[str, Callable[[Context, CommandLine], Awaitable[None]]] = {
    "lyrics": songs.lyrics,
    "again": songs.again,
    "continue": songs.continue_,
    "delete": songs.delete,
    "artists": artists.artists,
    "artist": artists.artist,
    "forget": artists.forget,
    "rollback": artists.rollback,
    "history": own_data.history,
    "mydata": own_data.mydata,
    "train": trainings.train,
    "jobs": trainings.jobs,
    "cancel": trainings.cancel,
    "about": this_bot.about,
    "help": this_bot.help_,
}
"""All but /quit, which ends the chat."""
