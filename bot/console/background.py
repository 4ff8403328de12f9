"""Trainings that go on while the person keeps typing: a line below the prompt, and the result above it."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol

from bot.console.screen import Screen
from bot.console.training_display import describe, show_result
from bot.services import Job, StoreError, TrainingService

log = logging.getLogger(__name__)


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
        await asyncio.gather(*self._tasks, return_exceptions=True)  # they say themselves what goes wrong with them

    async def _follow(self, job: Job) -> None:
        try:
            last = await self._watch(job)
        except Exception as error:
            why = f"Job {job.id} is not shown here any more. {_reason(job, error)} /jobs shows how it goes."
            self._below.announce(lambda: self._screen.refuse(why))
            return
        finally:
            del self._jobs[job.id]
            self._refresh()
        if last.state.has_ended:
            self._below.announce(lambda: show_result(self._screen, last))

    async def _watch(self, job: Job) -> Job:
        """Show how a job goes, and return it as it was last."""
        async with aclosing(self._training.watch(job.id)) as states:
            async for job in states:
                self._jobs[job.id] = job
                self._refresh()
        return job

    def _refresh(self) -> None:
        lines = [f"job {job.id}, {job.artist}: {_bar(job)}{describe(job)}" for job in self._jobs.values()]
        self._below.status("\n".join(lines))


def _reason(job: Job, error: Exception) -> str:
    if isinstance(error, StoreError):
        return str(error)
    error_id = secrets.token_hex(4)
    log.error("error %s while following job %d", error_id, job.id, exc_info=error)
    return f"Something went wrong; the log has details under error {error_id}."


def _bar(job: Job) -> str:
    if job.progress is None:
        return ""
    filled = round(10 * job.share_done)
    return f"[{'#' * filled}{'.' * (10 - filled)}] "
