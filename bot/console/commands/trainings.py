"""Trainings: asked for, followed to their end, listed, cancelled."""

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path

from bot import wording
from bot.console.command_line import CommandLine, shortened
from bot.console.context import Context
from bot.console.training_display import describe, training_display
from bot.services import Job, Refusal


async def train(context: Context, line: CommandLine) -> None:
    """Queue a training and follow it; Ctrl-C cancels it."""
    training = context.services.training
    artist, minutes = line.required("artist"), line.number("minutes")
    path = line.text("corpus")
    corpus = None
    if path is not None:
        file, size = await asyncio.to_thread(_file, path)
        training.check(context.asker, artist, size, minutes)
        corpus = await asyncio.to_thread(file.read_bytes)
    job = await training.queue(context.asker, artist, corpus, minutes)
    await _follow(context, job)


async def jobs(context: Context, _line: CommandLine) -> None:
    """List the trainings."""
    found = await context.services.training.jobs(context.asker)
    if not found:
        context.screen.say("No training was asked for yet.")
        return
    context.screen.table(
        ("job", "artist", "asked for (UTC)", "state"),
        [(str(job.id), job.artist, f"{job.queued_at:%Y-%m-%d %H:%M}", describe(job)) for job in found],
    )


async def cancel(context: Context, line: CommandLine) -> None:
    """End a training."""
    job_id = line.whole_number("job")
    if job_id is None:
        raise Refusal("/cancel needs job:…")
    job = await context.services.training.cancel(context.asker, job_id)
    context.screen.say(f"Job {job.id} is cancelled.")


async def _follow(context: Context, job: Job) -> None:
    cancelling: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected before it has run

    async def cancel_job() -> None:
        with suppress(Refusal):  # it has ended in the same moment
            await context.services.training.cancel(context.asker, job.id)

    if not context.screen.is_plain:
        context.screen.aside("Ctrl-C cancels the training.")
    context.interrupt = lambda: cancelling.add(asyncio.create_task(cancel_job()))
    with training_display(context.screen) as display:
        async with aclosing(context.services.training.watch(job.id)) as states:
            async for job in states:
                display.show(job)
    if job.outcome is not None and job.outcome.taste is not None:
        context.screen.aside(job.outcome.taste)
    if (command := wording.use_anyway(job)) is not None:
        context.screen.say(f"To use it anyway: {command}")


def _file(path: str) -> tuple[Path, int]:
    """Find the file to learn from, and its size in bytes."""
    file = Path(path)
    try:
        file = file.expanduser()
        if not file.is_file():
            raise Refusal(f"There is no file {shortened(path)}; give the path of a text file.")
        with file.open("rb"):
            return file, file.stat().st_size
    except OSError as error:
        raise Refusal(f"{shortened(path)} cannot be read: {error.strerror}.") from None
    except RuntimeError:
        raise Refusal(f"{shortened(path)} cannot be read: there is no such user.") from None
