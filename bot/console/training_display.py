"""A training as the console shows it: a bar at a terminal, a line now and then otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from bot import wording
from bot.console.screen import Screen
from bot.services import Job, JobState, TrainingProgress

_SECONDS_A_LINE = 5.0


class TrainingDisplay(Protocol):
    """Shows one job through its states."""

    def show(self, job: Job) -> None:
        """Show the job as it stands now."""


@contextmanager
def training_display(screen: Screen) -> Iterator[TrainingDisplay]:
    """Open the display that fits the screen."""
    if screen.is_plain or not screen.console.is_terminal:
        yield _Lines(screen)
        return
    from rich.progress import BarColumn, Progress, TextColumn  # only trainings at a terminal wait for it

    with Progress(TextColumn("{task.fields[standing]}", markup=False), BarColumn(), console=screen.console) as progress:
        task = progress.add_task("", total=1.0, standing="")

        class Bar:
            def show(self, job: Job) -> None:
                progress.update(task, completed=wording.share_done(job), standing=describe(job))

        yield Bar()


class _Lines:
    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._told: Job | None = None

    def show(self, job: Job) -> None:
        if self._told is None or self._is_news(self._told, job):
            self._screen.say(f"job {job.id}: {describe(job)}")
            self._told = job

    @staticmethod
    def _is_news(told: Job, job: Job) -> bool:
        if (told.state, told.place) != (job.state, job.place) or (told.progress is None) != (job.progress is None):
            return True
        if told.progress is None or job.progress is None:
            return False
        return job.progress.seconds - told.progress.seconds >= _SECONDS_A_LINE


def describe(job: Job) -> str:
    """Say in a line how a job stands."""
    match job.state:
        case JobState.QUEUED:
            return f"waits, place {job.place}"
        case JobState.RUNNING:
            return "begins" if job.progress is None else f"{wording.share_done(job):.0%} {_numbers(job.progress)}"
        case JobState.FAILED:
            return f"failed: {job.reason}"
        case JobState.SUCCEEDED if job.outcome is not None:
            return f"succeeded. {wording.verdict(job.outcome)}"
        case _:
            return str(job.state)


def _numbers(progress: TrainingProgress) -> str:
    numbers = []
    if progress.train_bits_per_character is not None:
        numbers.append(f"loss {progress.train_bits_per_character:.2f}")
    if progress.best_bits_per_character is not None:
        numbers.append(f"held-out {progress.best_bits_per_character:.2f}")
    if progress.rival_bits_per_character is not None:
        numbers.append(f"rival {progress.rival_bits_per_character:.2f}")
    if progress.characters_per_second:
        numbers.append(f"{progress.characters_per_second:,.0f} characters/s")
    if progress.seconds_left is not None:
        numbers.append(f"{progress.seconds_left:.0f} s left")
    return " · ".join(numbers)
