"""Training jobs: who may ask for one, on which text, and how to follow it until it ends."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.services import queue_order, visibility
from bot.services.asking import Asker, Refusal
from bot.services.bad_language import ShownLanguage, good_lines
from bot.services.data_files import DataFiles
from bot.services.drafts import Drafts
from bot.services.names import check_distinct, check_name
from bot.services.quotas import Quotas, UploadsInFlight
from bot.store import artists, corpora, jobs, model_files, usage, versions
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.database import Database
from bot.store.job_records import Job, JobState, NewJob, TrainingOutcome, TrainingProgress
from bot.store.usage import UnsungArtist
from bot.training.fault_points import fault_point
from bot.training.news import JobNews
from bot.training.reading import TextReader
from bot.training.reading_process import ReadText
from lstm.text.amount import check_amount
from lstm.text.errors import CorpusError
from lstm.text.summary import CorpusSummary

__all__ = [
    "CorpusSummary",
    "Job",
    "JobState",
    "ReadCorpus",
    "TrainingOutcome",
    "TrainingProgress",
    "TrainingService",
    "UnsungArtist",
]

MOST_GROWTH = 1.5
"""How much larger a text may be once it is read: blank lines between songs, and UTF-8, may add a little."""
MOST_WAITING = 5
"""Jobs that a guild may have in the queue."""
UNSUNG_DAYS = 30
"""How long the text of an artist is kept if no training job produces a version."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadCorpus:
    """A text as it is used for training."""

    text: str
    summary: CorpusSummary | None
    """What was recognised in the file; None if that is not known."""
    first_lines: tuple[str, ...]


class TrainingService:
    """Queues, lists and cancels training jobs, and lets front ends follow them."""

    def __init__(
        self,
        database: Database,
        files: DataFiles,
        news: JobNews,
        drafts: Drafts,
        *,
        most_minutes: float,
        most_corpus_bytes: int,
        now: Callable[[], datetime],
        new_random_seed: Callable[[], int],
        quotas: Quotas,
        language: ShownLanguage,
        reader: TextReader | None = None,
    ) -> None:
        """Queue jobs of at most `most_minutes` on texts of at most `most_corpus_bytes`."""
        self._database = database
        self._files = files
        self._news = news
        self._drafts = drafts
        self._most_minutes = most_minutes
        self._most_corpus_bytes = most_corpus_bytes
        self._now = now
        self._new_random_seed = new_random_seed
        self._quotas = quotas
        self._language = language
        self._uploads = UploadsInFlight()
        self._reader = reader or TextReader()

    def check(self, asker: Asker, artist: str, corpus_bytes: int | None = None, minutes: float | None = None) -> None:
        """Refuse a request as early as possible, before an attachment of that size is downloaded.

        Raises:
            Refusal: as for `queue`.
        """
        if not _may_train(asker):
            raise Refusal("Only members with Manage Server can train artists.")
        check_name(artist)
        if corpus_bytes is not None and corpus_bytes > self._most_corpus_bytes:
            raise Refusal(f"The text is larger than {self._most_corpus_bytes:,} bytes; use a smaller one.")
        if minutes is not None and not 0 < minutes <= self._most_minutes:
            most = f"{self._most_minutes:g}"
            raise Refusal(
                f"A training job may run for at most {most} minutes here; ask for more than 0 and at most {most}."
            )

    async def comes_with_the_bot(self, asker: Asker, artist: str) -> bool:
        """Return whether the artist that the asker would train is one that comes with the bot."""

        def read(connection: sqlite3.Connection) -> bool:
            known = artists.find(connection, _owner(connection, asker, artist), artist)
            return known is not None and model_files.is_shipped(connection, known.id)

        return await self._database.read(read)

    async def queue(
        self,
        asker: Asker,
        artist: str,
        corpus: bytes | None = None,
        minutes: float | None = None,
    ) -> Job:
        """Queue a training job for an artist and store its cleaned corpus, in one transaction.

        An operator trains a shared artist (or the guild's own, if it has one of that name);
        another member with Manage Server trains an artist of their guild.

        Args:
            asker: who asks; with Manage Server in the guild, or an operator.
            artist: a name that `check_name` accepts; compared without case and surrounding space.
            corpus: an uploaded text; None: the stored text of that artist, else `corpora/NAME.txt`.
            minutes: the longest it may run; None: LYRICS_TRAIN_MINUTES, which is also the maximum.

        Raises:
            Refusal: if the asker may not train, the name or the text is unsuitable, there is no text, the artist has a
                live job, the guild has 5 jobs waiting, or it exceeds a quota.
        """
        draft = self._drafts.of(asker)
        self.check(asker, artist, None if corpus is None else len(corpus), minutes)
        name = check_name(artist)
        upload = None if corpus is None else await self._read(corpus)
        most_bytes = int(self._most_corpus_bytes * MOST_GROWTH)
        if upload is not None and upload.summary.size > most_bytes:
            raise Refusal(
                f"With its choruses written out the text has {upload.summary.size:,} bytes; "
                f"the limit is {most_bytes:,}."
            )
        from_file = None
        if corpus is None and not await self._has_upload(asker, name):
            with self.uploading(asker):  # a file costs as much to read as an upload
                from_file = await self._read_file(name)

        def transaction(connection: sqlite3.Connection) -> Job:
            if draft.is_guild_forgotten:
                raise Refusal("The data of this server has just been deleted. Ask for the training again.")
            now = self._now()
            guild_id = asker.guild_id or EVERYONE
            known = self._artist(connection, asker, name, now)
            check_queue(connection, known, guild_id)
            self._keep_corpus(connection, known, upload, from_file, now)
            self._quotas.check(connection, asker, now)
            queued = jobs.enqueue(
                connection,
                NewJob(
                    artist_id=known.id,
                    guild_id=guild_id,
                    asked_by=None if draft.is_asker_forgotten else asker.user_id,
                    channel_id=asker.channel_id,
                    minutes=self._most_minutes if minutes is None else minutes,
                    random_seed=self._new_random_seed(),
                ),
                now,
            )
            return queue_order.with_place(connection, queued)

        job = await self._database.write(transaction)
        fault_point("queued")
        log.info("training job %d of %r, guild %s, is queued", job.id, job.artist, job.guild_id or "everyone")
        self._news.tell()
        return job

    async def corpus_of(self, asker: Asker, job_id: int) -> ReadCorpus | None:
        """Return the text that a job trains on, as it was understood; None if it is no longer stored.

        Raises:
            Refusal: if the asker may not change the artist of that job, there is no such job here, or the text is a
                file of the data folder, which only operators may see.
        """
        if not _may_train(asker):
            raise Refusal("Only members with Manage Server can see this server's texts.")

        def read(connection: sqlite3.Connection) -> ReadCorpus | None:
            job = _job_here(connection, asker, job_id)
            if not _may_change(asker, job):
                raise Refusal(
                    f"Job {job_id} trains an artist of all servers; only the bot's operators can see its text."
                )
            text = corpora.text_of(connection, job.artist_id)
            if text is None:
                return None
            # Whoever guesses its name may train on a file of the data folder, but not read it.
            if not asker.is_operator and not corpora.has_upload(connection, job.artist_id):
                raise Refusal("That text belongs to the bot's operators; only they can see it.")
            report = corpora.report_of(connection, job.artist_id)
            return ReadCorpus(text, report.summary if report else None, report.first_lines if report else ())

        return await self._database.read(read)

    async def understood(self, job_id: int) -> CorpusSummary | None:
        """Return what was recognised in the text that a job trains on; None if that is not known."""

        def read(connection: sqlite3.Connection) -> CorpusSummary | None:
            job = jobs.by_id(connection, job_id)
            report = None if job is None else corpora.report_of(connection, job.artist_id)
            return None if report is None else report.summary

        return await self._database.read(read)

    @contextmanager
    def uploading(self, asker: Asker) -> Iterator[None]:
        """Count a text while it is downloaded, read and queued.

        Raises:
            Refusal: on entering, if this guild, its asker or all guilds together have too many texts in flight, or the
                guild has had too many read lately.
        """
        with self._uploads.one_of(asker):
            self._uploads.count(asker, self._now())
            yield

    def handing_out(self, asker: Asker) -> AbstractContextManager[None]:
        """Count a text among those in flight while it is sent to somebody.

        Raises:
            Refusal: on entering, as `uploading`.
        """
        return self._uploads.one_of(asker)

    async def unsung(self, asker: Asker) -> list[UnsungArtist]:
        """List the artists that the asker may change whose text has led to no current version.

        Those without any version are deleted 30 days after their text was stored.

        Raises:
            Refusal: if the asker may not manage the guild.
        """
        _check_may_look(asker)
        return await self._database.read(lambda connection: usage.unsung(connection, asker.guild_id or EVERYONE))

    async def purge(self) -> int:
        """Delete the artists whose text has led to nothing for `UNSUNG_DAYS`; return how many."""
        oldest = self._now() - timedelta(days=UNSUNG_DAYS)
        forget = partial(usage.forget_unsung_before, time=oldest)
        await self._database.erase_from_copies(forget, is_demanded=False)
        deleted = await self._database.write(forget)
        if deleted:
            log.info("deleted artists that never sang, with texts older than %d days: %d", UNSUNG_DAYS, deleted)
            await self._database.give_back_space()
        return deleted

    async def jobs(self, asker: Asker, recent: int = 10) -> list[Job]:
        """List this guild's running and queued jobs and the last ended ones, in that order.

        An operator outside of guilds sees the jobs of all guilds.

        Raises:
            Refusal: if the asker may not manage the guild.
        """
        _check_may_look(asker)
        return await self._database.read(
            lambda connection: [
                *queue_order.live(connection, asker.guild_id),
                *jobs.ended(connection, asker.guild_id, recent),
            ]
        )

    async def suggest_cancellable(self, asker: Asker, typed: str, limit: int = 25) -> list[Job]:
        """List the live jobs that the asker may cancel, for autocomplete."""
        if not _may_train(asker):
            return []
        live = await self._database.read(lambda connection: queue_order.live(connection, asker.guild_id))
        typed = typed.strip().casefold()
        fitting = (job for job in live if typed in f"{job.id} {job.artist.casefold()}" and _may_change(asker, job))
        return list(fitting)[:limit]

    async def cancel(self, asker: Asker, job_id: int) -> Job:
        """Cancel a queued or running job; that is visible at once, and its process stops within 2 s.

        Raises:
            Refusal: if the asker may not cancel it, there is no such job here, or it has ended.
        """
        if not _may_train(asker):
            raise Refusal("Only members with Manage Server can cancel this server's training jobs.")

        def transaction(connection: sqlite3.Connection) -> Job:
            job = _job_here(connection, asker, job_id)
            if not _may_change(asker, job):
                raise Refusal(f"Job {job_id} trains an artist of all servers; only the bot's operators can cancel it.")
            if not jobs.cancel(connection, job_id, self._now()):
                raise Refusal(f"Job {job_id} has already ended.")
            cancelled = jobs.by_id(connection, job_id)
            assert cancelled is not None
            return cancelled

        job = await self._database.write(transaction)
        log.info("training job %d of %r, guild %s, is cancelled", job.id, job.artist, job.guild_id or "everyone")
        self._news.tell()
        return job

    async def watch(self, job_id: int) -> AsyncGenerator[Job, None]:
        """Yield the job now and whenever its place, progress or state changes, until it ends.

        The last one yielded has ended. Nothing more is yielded once the job itself is gone because its artist was
        forgotten. A job can be watched several times at once.

        Lines that were sung meanwhile go through the language filter of the guild that asked for the training. Whether
        its channel is age-restricted is not known here: unless the guild has chosen, bad language is kept out.
        """

        def read(connection: sqlite3.Connection) -> Job | None:
            found = jobs.by_id(connection, job_id)
            return None if found is None else self._shown(connection, queue_order.with_place(connection, found))

        last: Job | None = None
        while True:
            upcoming = self._news.upcoming()
            job = await self._database.read(read)
            if job is None:
                return
            if job != last:
                yield job
            if job.state.has_ended:
                return
            last = job
            await upcoming.wait()

    async def curve(self, job_id: int) -> bytes | None:
        """Return the training curve of a succeeded job as PNG, while its version is kept."""
        return await self._database.read(lambda connection: versions.curve_of_job(connection, job_id))

    async def remember_message(self, job_id: int, channel_id: int, message_id: int) -> None:
        """Store which message shows a job, so that it can be found after a restart."""
        await self._database.write(lambda connection: jobs.remember_message(connection, job_id, channel_id, message_id))

    async def unannounced(self) -> Sequence[Job]:
        """List the jobs from a channel, live or ended, whose result has not been announced.

        After a start, each of them must be watched again, and its result announced in its channel.
        """
        return await self._database.read(jobs.unannounced)

    async def announced(self, job_id: int) -> None:
        """Note that a job's end has been announced, so that it is not announced again after a restart."""
        await self._database.write(lambda connection: jobs.announced(connection, job_id, self._now()))

    async def count_by_state(self) -> dict[JobState, int]:
        """Count all jobs by their state."""
        return await self._database.read(jobs.count_by_state)

    def _shown(self, connection: sqlite3.Connection, job: Job) -> Job:
        """Remove bad language from what the artist sang for a job, if the job's guild wants that."""
        is_bad = self._language.rule_for(connection, Asker(job.asked_by or 0, job.guild_id, job.channel_id))
        progress, outcome = job.progress, job.outcome
        if progress is not None and progress.sample is not None:
            progress = replace(progress, sample=good_lines(progress.sample, is_bad))
        if outcome is not None and outcome.taste is not None:
            outcome = replace(outcome, taste=good_lines(outcome.taste, is_bad))
        return replace(job, progress=progress, outcome=outcome)

    async def _has_upload(self, asker: Asker, name: str) -> bool:
        """Return whether an upload, which comes before a file, is the text of the artist that would be trained."""

        def read(connection: sqlite3.Connection) -> bool:
            owner = _owner(connection, asker, name)
            known = artists.find(connection, owner, name)
            return known is not None and corpora.has_upload(connection, known.id)

        return await self._database.read(read)

    def _artist(self, connection: sqlite3.Connection, asker: Asker, name: str, now: datetime) -> StoredArtist:
        owner = _owner(connection, asker, name)
        if artists.find(connection, owner, name) is None:
            here = visibility.of_guild(connection, asker.guild_id or EVERYONE)
            check_distinct(name, (artist.name for artist in here))
        return artists.find_or_create(connection, owner, name, now)

    def _keep_corpus(
        self,
        connection: sqlite3.Connection,
        artist: StoredArtist,
        upload: ReadText | None,
        from_file: ReadText | None,
        now: datetime,
    ) -> None:
        """Store the text to train on; an upload is used until the next one."""
        if upload is not None:
            _keep(connection, artist.id, upload, is_upload=True, now=now)
        elif corpora.has_upload(connection, artist.id):
            return
        elif from_file is not None:
            _keep(connection, artist.id, from_file, is_upload=False, now=now)
        elif corpora.text_of(connection, artist.id) is None:
            raise Refusal(f"There is no text for “{artist.name}” yet; add one as corpus.")

    async def _read_file(self, artist: str) -> ReadText | None:
        path = self._files.corpus(artist)
        if path is None:
            return None
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except OSError:
            log.exception("cannot read %s", path)
            raise Refusal(f"The file corpora/{path.name} cannot be read; ask the bot's operator.") from None
        return await self._read(data)

    async def _read(self, data: bytes) -> ReadText:
        """Read a text in a separate process, and refuse one that is too short to train on."""
        try:
            read = await self._reader.read(data)
            check_amount(read.text)
        except CorpusError as error:
            raise Refusal(str(error)) from None
        if "\n" not in read.text:
            raise Refusal("The text has only one line; a corpus needs songs of several lines.")
        return read


def _owner(connection: sqlite3.Connection, asker: Asker, name: str) -> int:
    """Return the guild whose artist of a name the asker would train: their own, or everyone's."""
    if asker.guild_id is None:
        return EVERYONE
    if asker.may_manage_guild and artists.find(connection, asker.guild_id, name) is not None:
        return asker.guild_id
    return EVERYONE if asker.is_operator else asker.guild_id


def _job_here(connection: sqlite3.Connection, asker: Asker, job_id: int) -> Job:
    """Find a job of the asker's guild, or of any guild for an operator outside of guilds."""
    job = jobs.by_id(connection, job_id)
    if job is None or (asker.guild_id is not None and job.guild_id != asker.guild_id):
        raise Refusal(f"There is no training job {job_id} here; /jobs lists them.")
    return job


def _check_may_look(asker: Asker) -> None:
    if not _may_train(asker):
        raise Refusal("Only members with Manage Server can see this server's training jobs.")


def _may_train(asker: Asker) -> bool:
    return asker.is_operator or (asker.guild_id is not None and asker.may_manage_guild)


def _may_change(asker: Asker, job: Job) -> bool:
    return asker.is_operator or not job.of_everyone


def check_queue(connection: sqlite3.Connection, artist: StoredArtist, guild_id: int) -> None:
    """Refuse a second live job of an artist, and a sixth waiting job of a guild (0: outside of guilds)."""
    live = jobs.live_of_artist(connection, artist.id)
    if live is not None:
        raise Refusal(f"“{artist.name}” is already being trained, by job {live.id}; wait for it or cancel it.")
    if jobs.count_waiting(connection, guild_id) >= MOST_WAITING:
        raise Refusal(f"{MOST_WAITING} training jobs are already waiting; try again when one of them has started.")


def _keep(connection: sqlite3.Connection, artist_id: int, read: ReadText, *, is_upload: bool, now: datetime) -> None:
    """Store a text with what was recognised in it."""
    report = corpora.CorpusReport(read.summary, read.first_lines, read.kinds)
    corpora.keep(connection, artist_id, read.text, is_upload=is_upload, now=now, report=report)
