"""Works through the training queue: claims jobs, attempts them, and records how each ended."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from bot.store import corpora, jobs
from bot.store.database import Database
from bot.store.faults import StoreError
from bot.store.job_records import Job, TrainingOutcome, TrainingProgress
from bot.store.versions import NewVersion
from bot.training.attempt import NOT_STARTED, Attempt, Died, Result
from bot.training.fault_points import fault_point
from bot.training.job_folder import JobFolder, TrainedModel, delete_folders_but
from bot.training.news import JobNews
from bot.training.place import Place
from bot.training.progress_log import ProgressLog
from bot.training.worker import TrainingTask, Unsuitable
from lstm.model.model_file import ModelFileError

MOST_ATTEMPTS = 3
_LEASE = timedelta(seconds=30)
_LOOK_AROUND_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """The decisions about training jobs that belong to the services."""

    next_job: Callable[[sqlite3.Connection], int | None]
    """Chooses the queued job to claim next; called within a transaction."""
    describe: Callable[[bytes, bytes | None], NewVersion]
    """Checks a trained model (a safetensors file, and its curve as PNG); raises ModelFileError if it is unusable."""
    publish: Callable[[sqlite3.Connection, int, NewVersion, int, datetime], TrainingOutcome]
    """Adds a version to an artist (connection, artist id, version, job id, time); called within a transaction."""


class TrainingRunner:
    """Runs up to `workers` jobs at a time, for as long as it is entered."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        workers: int,
        news: JobNews,
        rules: Rules,
        *,
        new_place: Callable[[], Place],
        now: Callable[[], datetime],
        new_lease: Callable[[], str],
    ) -> None:
        """Work through the queue in `database`, with a folder for each job in `folder`."""
        self._database = database
        self._folder = folder
        self._workers = workers
        self._news = news
        self._rules = rules
        self._new_place = new_place
        self._now = now
        self._new_lease = new_lease
        self._stopping = asyncio.Event()
        self._running: dict[asyncio.Task[None], int] = {}
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "TrainingRunner":
        """Take over what an earlier process has left, and start."""
        released = await self._database.write(jobs.release)
        if released:
            log.info("interrupted training jobs: %d; they resume from their checkpoints", released)
        await self._delete_leftovers()
        self._loop = asyncio.create_task(self._run(), name="training runner")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let running jobs write a checkpoint and return to the queue."""
        if self._running:
            log.info("running training jobs: %d; they save checkpoints and resume after a restart", len(self._running))
        self._stopping.set()
        if self._loop is not None:
            await self._loop

    async def _run(self) -> None:
        while not self._stopping.is_set():
            upcoming = self._news.upcoming()
            try:
                while len(self._running) < self._workers and (claimed := await self._claim()) is not None:
                    self._start(*claimed)
                await self._delete_leftovers()
            except Exception:  # whatever it is, it may be gone the next time
                log.exception("cannot process the training queue; trying again in %g s", _LOOK_AROUND_SECONDS)
            waiting = [asyncio.create_task(event.wait()) for event in (upcoming, self._stopping)]
            await asyncio.wait(waiting, timeout=_LOOK_AROUND_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def _delete_leftovers(self) -> None:
        """Remove the folders of jobs that are gone or were cancelled while waiting: checkpoints contain the corpus.

        Running jobs remove their own.
        """
        live = await self._database.read(lambda connection: jobs.live(connection, None))
        kept = {job.id for job in live}.union(self._running.values())
        await asyncio.to_thread(delete_folders_but, self._folder, kept)

    async def _claim(self) -> tuple[Job, str] | None:
        lease, now = self._new_lease(), self._now()

        def claim(connection: sqlite3.Connection) -> Job | None:
            jobs.release(connection, expired_by=now)
            for unreadable in jobs.fail_unreadable(connection, now):
                log.error("training job %d failed: its row in the database cannot be read", unreadable)
            job_id = self._rules.next_job(connection)
            return None if job_id is None else jobs.claim(connection, job_id, lease, now + _LEASE, now)

        job = await self._database.write(claim)
        return None if job is None else (job, lease)

    def _start(self, job: Job, lease: str) -> None:
        task = asyncio.create_task(self._work(job, lease), name=f"training job {job.id}")
        self._running[task] = job.id

        def done(task: asyncio.Task[None]) -> None:
            del self._running[task]
            self._news.tell()

        task.add_done_callback(done)

    async def _work(self, job: Job, lease: str) -> None:
        self._news.tell()
        try:
            result = await self._try(job, lease)
        except Exception as error:
            log.exception("training job %d could not be started", job.id)
            result = Died(NOT_STARTED.format(error=type(error).__name__))
        try:
            await self._record(job, lease, result, JobFolder(self._folder / str(job.id)))
        except Exception:
            # For example, the disk is full: the job stays, and is tried again when its lease has expired.
            log.exception("the result of training job %d could not be stored", job.id)

    async def _try(self, job: Job, lease: str) -> Result:
        corpus, report = await self._database.read(
            lambda connection: (
                corpora.text_of(connection, job.artist_id),
                corpora.report_of(connection, job.artist_id),
            )
        )
        if corpus is None:
            return Unsuitable("Its text is no longer stored. Train it again with a corpus.")
        is_resumed = job.progress is not None and JobFolder(self._folder / str(job.id)).has_checkpoint()
        how = f"resumes at {job.share_done:.0%}" if is_resumed else "starts"
        log.info("training job %d of %r, guild %s, %s", job.id, job.artist, job.guild_id or "everyone", how)
        folder, kinds = self._folder / str(job.id), () if report is None else report.kinds
        task = TrainingTask(folder, job.artist, corpus, job.minutes, job.random_seed, kinds)

        told = ProgressLog()
        latest: TrainingProgress | None = None

        async def renew(progress: TrainingProgress | None) -> bool:
            nonlocal latest
            until = self._now() + _LEASE
            try:
                kept = await self._database.write(lambda c: jobs.renew(c, job.id, lease, until, progress))
            except StoreError as error:
                # The training itself needs no database; the next report may be stored again.
                log.warning("cannot store the progress of training job %d. %s", job.id, error)
                return True
            # Only changes are news: the attempt itself wakes at news, and would renew again at once, forever.
            if kept and progress is not None and progress != latest:
                latest = progress
                told.tell(replace(job, progress=progress))
                self._news.tell()
            return kept

        return await Attempt(self._new_place, task, renew, self._news, self._stopping).run()

    async def _record(self, job: Job, lease: str, result: Result, folder: JobFolder) -> None:
        if isinstance(result, TrainedModel):
            await self._publish(job, lease, result)
        elif isinstance(result, Unsuitable):
            await self._fail(job, lease, result.reason)
        elif isinstance(result, Died):
            await self._retry(job, lease, result)
        else:
            await self._database.write(lambda connection: jobs.hand_back(connection, job.id, lease))
        now = await self._database.read(lambda connection: jobs.by_id(connection, job.id))
        if now is None or now.state.has_ended:
            await asyncio.to_thread(folder.delete)

    async def _publish(self, job: Job, lease: str, trained: TrainedModel) -> None:
        """Publish the version and end the job in one transaction, only if the lease is still valid."""
        try:
            version = await asyncio.to_thread(self._rules.describe, trained.weights, trained.curve_png)
        except ModelFileError as error:
            await self._fail(job, lease, f"Its training produced no usable model: {error}")
            return
        now = self._now()
        fault_point("publishing begins")

        def transaction(connection: sqlite3.Connection) -> TrainingOutcome | None:
            if not jobs.renew(connection, job.id, lease, now + _LEASE, None):
                return None
            outcome = self._rules.publish(connection, job.artist_id, version, job.id, now)
            fault_point("publishing")
            jobs.succeed(connection, job.id, lease, outcome, now)
            return outcome

        outcome = await self._database.write(transaction)
        fault_point("published")
        if outcome is not None:
            result = "sings from now on" if outcome.takes_over else f"is held back: it is {outcome.held_back}"
            log.info("training job %d succeeded: version %d of %r %s", job.id, outcome.version, job.artist, result)
            await self._database.give_back_space()

    async def _retry(self, job: Job, lease: str, died: Died) -> None:
        """Count the attempt, and put the job back or fail it, in one transaction."""

        def transaction(connection: sqlite3.Connection) -> int | None:
            attempts = jobs.count_attempt(connection, job.id, lease)
            if attempts is not None and attempts < MOST_ATTEMPTS:
                jobs.hand_back(connection, job.id, lease)
            elif attempts is not None:
                reason = f"It was tried {attempts} times; the last time, the training process {died.how}."
                jobs.fail(connection, job.id, lease, reason, self._now())
            return attempts

        attempts = await self._database.write(transaction)
        if attempts is not None:
            log.warning("training job %d: its process %s, attempt %d of %d", job.id, died.how, attempts, MOST_ATTEMPTS)

    async def _fail(self, job: Job, lease: str, reason: str) -> None:
        log.warning("training job %d failed: %s", job.id, reason)
        await self._database.write(lambda connection: jobs.fail(connection, job.id, lease, reason, self._now()))
