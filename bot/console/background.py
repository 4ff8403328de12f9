"""Trainings that go on while the person keeps typing: a line below the prompt, and the result above it."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Protocol

from bot.console.screen import Screen
from bot.console.training_display import describe, show_result
from bot.services import Job, TrainingService


class Below(Protocol):
    """What a prompt can show beside the line that is being typed."""

    def status(self, text: str) -> None:
        """Show a line below the prompt; an empty one takes it away."""

    def announce(self, show: Callable[[], None]) -> None:
        """Print above the prompt, now or before the next one, without disturbing what is typed."""


class BackgroundTrainings:
    """Follows any number of jobs to their ends."""

    def __init__(self, training: TrainingService, screen: Screen, below: Below) -> None:
        """Show them on `screen` and `below` its prompt."""
        self._training = training
        self._screen = screen
        self._below = below
        self._jobs: dict[int, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, job: Job) -> None:
        """Begin to follow a job."""
        self._jobs[job.id] = job
        self._refresh()
        task = asyncio.create_task(self._follow(job), name=f"following job {job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def unfinished(self) -> list[Job]:
        """The jobs that have not ended."""
        return list(self._jobs.values())

    async def close(self) -> None:
        """Follow no more; the trainings themselves are the bot's."""
        for task in self._tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, job: Job) -> None:
        last = job
        try:
            async with aclosing(self._training.watch(job.id)) as states:
                async for last in states:
                    self._jobs[job.id] = last
                    self._refresh()
        finally:
            del self._jobs[job.id]
            self._refresh()
        if last.state.has_ended:
            self._below.announce(lambda: show_result(self._screen, last))

    def _refresh(self) -> None:
        lines = [f"job {job.id}, {job.artist}: {_bar(job)}{describe(job)}" for job in self._jobs.values()]
        self._below.status("\n".join(lines))


def _bar(job: Job) -> str:
    if job.progress is None:
        return ""
    filled = round(10 * job.share_done)
    return f"[{'#' * filled}{'.' * (10 - filled)}] "
