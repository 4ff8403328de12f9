"""Follows training jobs while the person keeps typing: progress below the prompt, results above it."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol

from bot.console.failures import unexplained
from bot.console.screen import Screen
from bot.console.training_display import describe, show_result
from bot.services import Job, StoreError, TrainingService


class Below(Protocol):
    """What a prompt can show around the line being typed."""

    def status(self, text: str) -> None:
        """Show a line below the prompt; an empty one removes it."""

    def announce(self, show: Callable[[], None]) -> None:
        """Print above the prompt, now or before the next one, without disturbing the line being typed."""


class BackgroundTrainings:
    """Follows any number of jobs until they end."""

    def __init__(self, training: TrainingService, screen: Screen, below: Below) -> None:
        """Show results on `screen` and progress `below` its prompt."""
        self._training = training
        self._screen = screen
        self._below = below
        self._jobs: dict[int, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, job: Job) -> None:
        """Start following a job."""
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
        """Stop following; the jobs themselves go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # they report their own errors

    async def _follow(self, job: Job) -> None:
        try:
            last = await self._watch(job)
        except Exception as error:
            why = f"Job {job.id} is no longer shown here. {_reason(job, error)} /jobs shows its progress."
            self._below.announce(lambda: self._screen.refuse(why))
            return
        finally:
            del self._jobs[job.id]
            self._refresh()
        if last.state.has_ended:
            self._below.announce(lambda: show_result(self._screen, last))

    async def _watch(self, job: Job) -> Job:
        """Show the progress of a job, and return its last state."""
        async with aclosing(self._training.watch(job.id)) as states:
            async for job in states:
                self._jobs[job.id] = job
                self._refresh()
        return job

    def _refresh(self) -> None:
        lines = [f"job {job.id}, {job.artist}: {_bar(job)}{describe(job)}" for job in self._jobs.values()]
        self._below.status("\n".join(lines))


def _reason(job: Job, error: Exception) -> str:
    return str(error) if isinstance(error, StoreError) else unexplained(error, f"the progress of job {job.id}")


def _bar(job: Job) -> str:
    if job.progress is None:
        return ""
    filled = round(10 * job.share_done)
    return f"[{'#' * filled}{'.' * (10 - filled)}] "
