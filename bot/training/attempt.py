"""One attempt at a training job: started at some place, watched, and stopped when necessary."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from typing import Any

from bot.store.job_records import TrainingProgress
from bot.training.job_folder import JobFolder, TrainedModel
from bot.training.news import JobNews
from bot.training.place import Ending, Place, PlaceGoneError
from bot.training.worker import Stopped, TrainingTask, Unsuitable, WorkerLost

_POLL_SECONDS = 1.0
_GRACE_SECONDS = 5.0
"""How long a process may take to write its last checkpoint when the bot stops."""

log = logging.getLogger(__name__)


DIED = "died"
OUT_OF_MEMORY = "ran out of memory"
FAILED = "failed ({error})"
NOT_STARTED = "could not be started ({error})"
DEATHS = (DIED, OUT_OF_MEMORY, FAILED, NOT_STARTED)


@dataclass(frozen=True)
class Interrupted:
    """The attempt ended because the job is no longer wanted, the bot is stopping, or the place is gone."""


@dataclass(frozen=True)
class Died:
    """The process died or failed; another attempt may succeed."""

    how: str
    """One of `DEATHS`, filled in; it completes "the training process ..."."""


Result = TrainedModel | Unsuitable | Interrupted | Died


class Attempt:
    """Runs one job at one place."""

    def __init__(
        self,
        new_place: Callable[[], Place],
        task: TrainingTask,
        renew: Callable[[TrainingProgress | None], Awaitable[bool]],
        news: JobNews,
        stopping: asyncio.Event,
    ) -> None:
        """Run the task at a place of its own.

        Args:
            new_place: creates the place.
            task: what to train.
            renew: reports to the store that the job goes on, and its progress; returns False if it should end.
            news: wakes the attempt when a job was cancelled or forgotten.
            stopping: set when the bot stops.
        """
        self._new_place = new_place
        self._task = task
        self._folder = JobFolder(task.folder)
        self._renew = renew
        self._news = news
        self._stopping = stopping

    async def run(self) -> Result:
        """Train until the job or the attempt ends, leaving no process behind."""
        result = await self._run()
        # A process that was just starting may die of the signal that stops the bot; that is not its fault.
        return Interrupted() if isinstance(result, Died) and self._stopping.is_set() else result

    async def _run(self) -> Result:
        await asyncio.to_thread(self._folder.prepare)
        try:
            place = await asyncio.to_thread(self._new_place)
            try:
                return await self._watch(place)
            finally:
                await asyncio.shield(asyncio.to_thread(place.close))
        except BrokenExecutor:
            return Died(DIED)
        except PlaceGoneError:
            return Interrupted()

    async def _watch(self, place: Place) -> Result:
        training = asyncio.wrap_future(await asyncio.to_thread(place.begin, self._task))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while not training.done() and not stopping.done():
                upcoming = self._news.upcoming()
                if not await self._renew(await asyncio.to_thread(self._progress)):
                    return Interrupted()
                news = asyncio.create_task(upcoming.wait())
                awaited: list[asyncio.Future[Any]] = [training, stopping, news]
                await asyncio.wait(awaited, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
            if not training.done():
                await asyncio.to_thread(self._folder.ask_to_stop)
                await asyncio.wait({training}, timeout=_GRACE_SECONDS)
            return _result(training)
        finally:
            stopping.cancel()
            if not training.cancel() and not training.cancelled():
                training.exception()  # retrieved, so that asyncio does not warn of an unseen error

    def _progress(self) -> TrainingProgress | None:
        told = self._folder.read_progress()
        try:
            return None if told is None else TrainingProgress.from_json(told)
        except ValueError:
            return None  # a cluster worker may run another version; the training matters, not its display


def _result(training: asyncio.Future[Ending]) -> Result:
    if not training.done() or training.cancelled():
        return Interrupted()  # it will continue from its last checkpoint
    try:
        result = training.result()
    except BrokenExecutor:
        return Died(DIED)
    except MemoryError:
        return Died(OUT_OF_MEMORY)
    except Exception as error:
        log.exception("a training process failed")
        said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        return Died(FAILED.format(error=type(error).__name__ + said))
    if isinstance(result, WorkerLost):
        return Died(DIED)
    return Interrupted() if isinstance(result, Stopped) else result
