"""Commands about training jobs."""

import asyncio
from pathlib import Path

from bot import wording
from bot.console.command_line import CommandLine, shortened
from bot.console.context import Context
from bot.console.training_display import describe
from bot.services import Refusal
from lstm.text.corpus import TEXT_SUFFIXES

_SUFFIXES = TEXT_SUFFIXES | {".zip"}
"""Of files in which people keep lyrics."""


async def train(context: Context, line: CommandLine) -> None:
    """Queue a training job and show its progress."""
    training = context.services.training
    artist, minutes = line.required("artist"), line.number("minutes")
    path = line.text("corpus")
    if path is None:
        _check_for_path(artist)
    corpus = None
    if path is not None:
        file, size = await asyncio.to_thread(_file, path)
        training.check(context.asker, artist, size, minutes)
        corpus = await asyncio.to_thread(_read, file, path)
    if await training.comes_with_the_bot(context.asker, artist) and not await context.confirms(
        line, wording.trains_shipped(f"“{shortened(artist)}”")
    ):
        context.screen.say("No training was started.")
        return
    job = await training.queue(context.asker, artist, corpus, minutes)
    read = await training.corpus_of(context.asker, job.id)
    if read is not None and read.summary is not None:
        lines = [f"    {line}" for line in read.first_lines]
        context.screen.say("\n".join([wording.understood(read.summary), *lines]))
    await context.follow(job)


async def jobs(context: Context, _line: CommandLine) -> None:
    """List the training jobs."""
    found = await context.services.training.jobs(context.asker)
    if not found:
        context.screen.say("No training jobs yet.")
    else:
        context.screen.table(
            ("job", "artist", "requested (UTC)", "state"),
            [(str(job.id), job.artist, f"{job.queued_at:%Y-%m-%d %H:%M}", describe(job)) for job in found],
        )
    for artist in await context.services.training.unsung(context.asker):
        context.screen.aside(f"{artist.name} cannot sing: {wording.unsung(artist)}")


async def cancel(context: Context, line: CommandLine) -> None:
    """Cancel a training job."""
    job_id = line.whole_number("job")
    if job_id is None:
        raise Refusal("/cancel needs job:…")
    job = await context.services.training.cancel(context.asker, job_id)
    context.screen.say(f"Job {job.id} has been cancelled.")


def _check_for_path(artist: str) -> None:
    """Refuse a name that ends in a file's name: `/train burns songs.txt` lacks the option for the file."""
    name, _, last = artist.rpartition(" ")
    if name and (Path(last).suffix.casefold() in _SUFFIXES or "/" in last):
        raise Refusal(f"To train on that file, type /train artist:{name.strip()} corpus:{shortened(last)}")


def _read(file: Path, path: str) -> bytes:
    """Read the corpus file; that it can be opened does not mean that it can be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refusal(f"{shortened(path)} cannot be read: {error.strerror}.") from None


def _file(path: str) -> tuple[Path, int]:
    """Find the corpus file, and its size in bytes."""
    file = Path(path)
    try:
        file = file.expanduser()
        if file.is_dir():
            raise Refusal(f"{shortened(path)} is a folder; give the path of a text file.")
        if not file.is_file():
            raise Refusal(f"There is no file {shortened(path)}; give the path of a text file.")
        with file.open("rb"):
            return file, file.stat().st_size
    except OSError as error:
        raise Refusal(f"{shortened(path)} cannot be read: {error.strerror}.") from None
    except RuntimeError:
        raise Refusal(f"{shortened(path)} cannot be read: there is no such user.") from None
