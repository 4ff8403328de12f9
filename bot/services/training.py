"""Training jobs: who may ask for one, on which text, and how to follow it until it ends."""

import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.services import job_rights, queue_order, training_texts, visibility
from bot.services.asking import Asker, Refusal
from bot.services.bad_language import LanguagePolicy, good_lines
from bot.services.names import check_distinct, check_name
from bot.services.quotas import Quotas
from bot.services.recent_deletions import RecentDeletions
from bot.services.training_texts import ReadCorpus, TrainingTexts
from bot.store import artists, corpora, jobs, model_files, usage, versions
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.database import Database
from bot.store.guilds import OUTSIDE_GUILDS
from bot.store.job_records import Job, JobState, NewJob, TrainingOutcome, TrainingProgress
from bot.store.usage import UnsungArtist
from bot.training.fault_points import fault_point
from bot.training.news import JobNews
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

MOST_WAITING = 5
"""Jobs that a guild may have in the queue."""
UNSUNG_DAYS = 30
"""How long the text of an artist is kept if no training job produces a version."""

log = logging.getLogger(__name__)


class TrainingService:
    """Queues, lists and cancels training jobs, and lets front ends follow them."""

    def __init__(
        self,
        database: Database,
        texts: TrainingTexts,
        news: JobNews,
        deletions: RecentDeletions,
        *,
        most_minutes: float,
        now: Callable[[], datetime],
        new_random_seed: Callable[[], int],
        quotas: Quotas,
        language: LanguagePolicy,
    ) -> None:
        """Queue jobs of at most `most_minutes`."""
        self._database = database
        self.texts = texts
        self._news = news
        self._deletions = deletions
        self._most_minutes = most_minutes
        self._now = now
        self._new_random_seed = new_random_seed
        self._quotas = quotas
        self._language = language

    def check(self, asker: Asker, artist: str, corpus_bytes: int | None = None, minutes: float | None = None) -> None:
        """Refuse a request as early as possible, before an attachment of that size is downloaded.

        Raises:
            Refusal: as for `queue`.
        """
        if not asker.may_manage_artists:
            raise Refusal("Only members with Manage Server can train artists.")
        check_name(artist)
        if corpus_bytes is not None:
            self.texts.check_size(corpus_bytes)
        if minutes is not None and not 0 < minutes <= self._most_minutes:
            most = self._most_minutes
            raise Refusal(
                f"A training job may run for at most {most:g} minutes here; ask for more than 0 and at most {most:g}."
            )

    async def comes_with_the_bot(self, asker: Asker, artist: str) -> bool:
        """Return whether the artist that the asker would train is one that comes with the bot."""

        def read(connection: sqlite3.Connection) -> bool:
            known = artists.find(connection, job_rights.owner(connection, asker, artist), artist)
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

        A member with Manage Server trains an artist of their guild. An operator trains a shared artist; if they also
        have Manage Server and the guild has its own artist of that name, they train that one.

        Args:
            asker: who asks; with Manage Server in the guild, or an operator.
            artist: a name that `check_name` accepts; compared without case and surrounding space.
            corpus: an uploaded text; None: the stored text of that artist, else `corpora/NAME.txt`.
            minutes: the longest it may run; None: LYRICS_TRAIN_MINUTES, which is also the maximum.

        Raises:
            Refusal: if the asker may not train, the name or the text is unsuitable, there is no text, the artist has a
                live job, the guild has 5 jobs waiting, or it exceeds a quota.
        """
        pending = self._deletions.pending_write(asker)
        self.check(asker, artist, None if corpus is None else len(corpus), minutes)
        name = check_name(artist)
        if corpus is not None:
            brought = await self.texts.of_upload(corpus)
        elif await self._has_upload(asker, name):
            brought = None
        else:
            brought = await self.texts.of_file(asker, name)

        def transaction(connection: sqlite3.Connection) -> Job:
            if pending.is_guild_forgotten:
                raise Refusal("This server's data has just been deleted. Start the training again.")
            now = self._now()
            guild_id = asker.guild_id or OUTSIDE_GUILDS
            known = self._artist(connection, asker, name, now)
            check_queue(connection, known, guild_id)
            training_texts.keep(connection, known, brought, now)
            self._quotas.count_job(connection, asker, now)
            queued = jobs.enqueue(
                connection,
                NewJob(
                    artist_id=known.id,
                    guild_id=guild_id,
                    asked_by=None if pending.is_asker_forgotten else asker.user_id,
                    channel_id=asker.channel_id,
                    minutes=self._most_minutes if minutes is None else minutes,
                    random_seed=self._new_random_seed(),
                ),
                now,
            )
            return queue_order.with_place(connection, queued)

        job = await self._database.write(transaction)
        fault_point("queued")
        log.info("training job %d of %r, guild %s, is queued", job.id, job.artist, job.guild_id or "none")
        self._news.tell()
        return job

    async def corpus_of(self, asker: Asker, job_id: int) -> ReadCorpus | None:
        """Return the text that a job trains on, as it was understood; None if it is no longer stored.

        Raises:
            Refusal: if the asker may not change the artist of that job, there is no such job here, or the text is a
                file of the data folder, which only operators may see.
        """
        if not asker.may_manage_artists:
            raise Refusal("Only members with Manage Server can see this server's texts.")

        def read(connection: sqlite3.Connection) -> ReadCorpus | None:
            job = job_rights.job_here(connection, asker, job_id)
            if not job_rights.may_change(asker, job):
                raise Refusal(f"Job {job_id} trains a shared artist; only the bot's operators can see its text.")
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

    async def unsung(self, asker: Asker) -> list[UnsungArtist]:
        """List the artists that the asker may change whose text has led to no current version.

        Those without any version are deleted 30 days after their text was stored.

        Raises:
            Refusal: if the asker may not manage the guild.
        """
        job_rights.check_may_look(asker)
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
        job_rights.check_may_look(asker)
        return await self._database.read(
            lambda connection: [
                *queue_order.live(connection, asker.guild_id),
                *jobs.ended(connection, asker.guild_id, recent),
            ]
        )

    async def suggest_cancellable(self, asker: Asker, typed: str, limit: int = 25) -> list[Job]:
        """List the live jobs that the asker may cancel, for autocomplete."""
        if not asker.may_manage_artists:
            return []
        live = await self._database.read(lambda connection: queue_order.live(connection, asker.guild_id))
        typed = typed.strip().casefold()
        fitting = (
            job for job in live if typed in f"{job.id} {job.artist.casefold()}" and job_rights.may_change(asker, job)
        )
        return list(fitting)[:limit]

    async def cancel(self, asker: Asker, job_id: int) -> Job:
        """Cancel a queued or running job; that is visible at once, and its process stops within 2 s.

        Raises:
            Refusal: if the asker may not cancel it, there is no such job here, or it has ended.
        """
        if not asker.may_manage_artists:
            raise Refusal("Only members with Manage Server can cancel this server's training jobs.")

        def transaction(connection: sqlite3.Connection) -> Job:
            job = job_rights.job_here(connection, asker, job_id)
            if not job_rights.may_change(asker, job):
                raise Refusal(f"Job {job_id} trains a shared artist; only the bot's operators can cancel it.")
            if not jobs.cancel(connection, job_id, self._now()):
                raise Refusal(f"Job {job_id} has already ended.")
            cancelled = jobs.by_id(connection, job_id)
            assert cancelled is not None
            return cancelled

        job = await self._database.write(transaction)
        log.info("training job %d of %r, guild %s, is cancelled", job.id, job.artist, job.guild_id or "none")
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
        if outcome is not None and outcome.sample_lines is not None:
            outcome = replace(outcome, sample_lines=good_lines(outcome.sample_lines, is_bad))
        return replace(job, progress=progress, outcome=outcome)

    async def _has_upload(self, asker: Asker, name: str) -> bool:
        """Return whether an upload, which comes before a file, is the text of the artist that would be trained."""

        def read(connection: sqlite3.Connection) -> bool:
            owner = job_rights.owner(connection, asker, name)
            known = artists.find(connection, owner, name)
            return known is not None and corpora.has_upload(connection, known.id)

        return await self._database.read(read)

    def _artist(self, connection: sqlite3.Connection, asker: Asker, name: str, now: datetime) -> StoredArtist:
        owner = job_rights.owner(connection, asker, name)
        if artists.find(connection, owner, name) is None:
            here = visibility.of_guild(connection, asker.guild_id or EVERYONE)
            check_distinct(name, (artist.name for artist in here))
        return artists.find_or_create(connection, owner, name, now)


def check_queue(connection: sqlite3.Connection, artist: StoredArtist, guild_id: int) -> None:
    """Refuse a second live job of an artist, and a sixth waiting job of a guild (0: outside of guilds)."""
    live = jobs.live_of_artist(connection, artist.id)
    if live is not None:
        raise Refusal(f"“{artist.name}” is already being trained, by job {live.id}; wait for it or cancel it.")
    if jobs.count_waiting(connection, guild_id) >= MOST_WAITING:
        raise Refusal(f"{MOST_WAITING} training jobs are already waiting; try again when one of them has started.")
