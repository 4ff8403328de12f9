"""Training in real processes, which are killed, and across stops and starts of the bot."""

import asyncio
import itertools
import os
import signal
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from bot.services import publishing, queue_order
from bot.store import artists, corpora, jobs, versions
from bot.store.database import Database
from bot.store.job_records import Job, JobState, NewJob
from bot.store.versions import NewVersion
from bot.training import runner as module
from bot.training.job_folder import JobFolder, TrainedModel
from bot.training.local import LocalPlace
from bot.training.news import JobNews
from bot.training.place import Place
from bot.training.runner import Rules, TrainingRunner
from lstm.model.model_file import load_model
from tests.bot import samples
from tests.bot.waiting import until

GUILD = 7
SHORT, LONG = 0.05, 3.0
LEASES = itertools.count()
RULES = Rules(queue_order.next_job, publishing.describe, publishing.publish_result)


@pytest.fixture
def news() -> JobNews:
    return JobNews()


@asynccontextmanager
async def runner(
    database: Database,
    folder: Path,
    news: JobNews,
    workers: int = 1,
    new_place: Callable[[], Place] = LocalPlace,
    rules: Rules = RULES,
) -> AsyncIterator[TrainingRunner]:
    made = TrainingRunner(
        database,
        folder / "jobs",
        workers,
        news,
        rules,
        new_place=new_place,
        now=lambda: datetime.now(UTC),
        new_lease=lambda: f"lease {next(LEASES)}",
    )
    async with made:
        yield made


async def enqueue(
    database: Database, news: JobNews, minutes: float = LONG, name: str = "burns", songs: int = 40
) -> Job:
    def transaction(connection: sqlite3.Connection) -> Job:
        now = datetime.now(UTC)
        artist = artists.find_or_create(connection, GUILD, name, now)
        corpora.keep(connection, artist.id, samples.corpus(songs), is_upload=True, now=now)
        return jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, minutes, 42), now)

    job = await database.write(transaction)
    news.tell()
    return job


async def wait_for(database: Database, job: Job, reached: Callable[[Job], bool], seconds: float = 60) -> Job:
    async with asyncio.timeout(seconds):
        while True:
            found = await database.read(lambda connection: jobs.by_id(connection, job.id))
            assert found is not None
            if reached(found):
                return found
            await asyncio.sleep(0.05)


def has_ended(job: Job) -> bool:
    return job.state.has_ended


def is_learning(job: Job) -> bool:
    return job.progress is not None and job.progress.characters_seen > 0


async def worker_process() -> int:
    await until(active_children, 10)
    (child,) = active_children()
    assert child.pid is not None
    return child.pid


async def no_processes(seconds: float) -> None:
    await until(lambda: not active_children(), seconds)


async def test_a_job_is_trained_published_and_leaves_nothing_behind(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    async with runner(database, tmp_path, news):
        job = await wait_for(database, await enqueue(database, news, SHORT, songs=12), has_ended)
        assert job.state is JobState.SUCCEEDED, job.reason
        assert job.outcome is not None
        assert job.outcome.version == 1
        ours, baseline = job.outcome.bits_per_character, job.outcome.baseline_bits_per_character
        assert ours is not None
        assert baseline is not None
        assert job.outcome.takes_over is (ours <= baseline)
        (version,) = await database.read(lambda connection: versions.of_artist(connection, job.artist_id))
        assert (version.held_back, version.bits_per_character) == (not job.outcome.takes_over, ours)
        curve = await database.read(lambda connection: versions.curve_of_job(connection, job.id))
        assert curve is not None
        assert curve.startswith(b"\x89PNG")
        await no_processes(2)
        await asyncio.sleep(0.1)
        assert list((tmp_path / "jobs").iterdir()) == []


async def test_the_kinds_of_stanzas_that_were_read_reach_the_artists_style(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    songs = [song.replace("\n", "\n\n", 4).replace("\n\n", "\n", 3) for song in samples.corpus(12).split("\n\n\n")]
    report = corpora.CorpusReport(None, (), (("verse", "bridge"),) * len(songs))

    def transaction(connection: sqlite3.Connection) -> Job:
        now = datetime.now(UTC)
        artist = artists.find_or_create(connection, GUILD, "burns", now)
        corpora.keep(connection, artist.id, "\n\n\n".join(songs), is_upload=True, now=now, report=report)
        return jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, SHORT, 42), now)

    async with runner(database, tmp_path, news):
        job = await wait_for(database, await database.write(transaction), has_ended)
    (version,) = await database.read(lambda connection: versions.of_artist(connection, job.artist_id))
    data = await database.read(lambda connection: versions.weights(connection, version.id))
    assert data is not None
    style = load_model(data).profile.style
    assert style is not None
    assert style["form"]["songs"] == len(songs)
    assert (style["form"]["bridge_share"], style["form"]["verse_lines"]) == (1.0, 4)


async def test_the_checkpoint_of_a_job_that_waits_goes_with_the_job(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    nobodys = JobFolder(tmp_path / "jobs" / "99")
    nobodys.prepare()
    nobodys.write_checkpoint(b"with the corpus")
    async with runner(database, tmp_path, news, workers=0):
        assert list((tmp_path / "jobs").iterdir()) == []
        waiting, cancelled, forgotten = [await enqueue(database, news, name=name) for name in ("a", "b", "c")]
        for job in (waiting, cancelled, forgotten):
            folder = JobFolder(tmp_path / "jobs" / str(job.id))
            folder.prepare()
            folder.write_checkpoint(b"with the corpus")
        await database.write(lambda connection: jobs.cancel(connection, cancelled.id, datetime.now(UTC)))
        await database.write(lambda connection: artists.forget(connection, forgotten.artist_id))
        news.tell()
        await until(lambda: len(list((tmp_path / "jobs").iterdir())) == 1, 5)
        assert JobFolder(tmp_path / "jobs" / str(waiting.id)).has_checkpoint()


async def test_a_training_is_looked_at_now_and_then_not_all_the_time(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    heard = 0

    async def listen() -> None:
        nonlocal heard
        while True:
            await news.upcoming().wait()
            heard += 1

    listening = asyncio.create_task(listen())
    async with runner(database, tmp_path, news):
        await wait_for(database, await enqueue(database, news), is_learning)
        before = heard
        await asyncio.sleep(3)
        assert heard - before <= 9  # progress once per second, not at every check
    listening.cancel()


async def test_a_text_that_will_not_do_fails_at_once(database: Database, tmp_path: Path, news: JobNews) -> None:
    job = await enqueue(database, news, songs=1)
    async with runner(database, tmp_path, news):
        job = await wait_for(database, job, has_ended)
    assert (job.state, job.attempts) == (JobState.FAILED, 0)
    assert job.reason is not None
    assert job.reason.endswith(".")


async def test_a_job_that_kills_its_process_ends_after_three_attempts(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    job = await enqueue(database, news)
    killed = set()
    async with runner(database, tmp_path, news):
        while len(killed) < 3:
            process_id = await worker_process()
            if process_id not in killed:
                os.kill(process_id, signal.SIGKILL)
                killed.add(process_id)
            await asyncio.sleep(0.02)
        job = await wait_for(database, job, has_ended)
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert job.reason == "It was tried 3 times; the last time, the training process died."


async def test_a_killed_process_continues_from_its_checkpoint(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    job = await enqueue(database, news)
    folder = JobFolder(tmp_path / "jobs" / str(job.id))
    async with runner(database, tmp_path, news):
        await until(lambda: folder.read_checkpoint() is not None, 15)
        before = await wait_for(database, job, is_learning)
        os.kill(await worker_process(), signal.SIGKILL)
        await wait_for(database, job, lambda found: found.attempts == 1)
        after = await wait_for(
            database,
            job,
            lambda found: (
                is_learning(found)
                and found.progress is not None
                and before.progress is not None
                and found.progress.seconds > before.progress.seconds
            ),
        )
    assert after.progress is not None
    assert after.progress.characters_seen > 0
    assert after.attempts == 1


async def test_cancelling_ends_the_process_within_two_seconds(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    job = await enqueue(database, news)
    async with runner(database, tmp_path, news):
        await wait_for(database, job, is_learning)
        await database.write(lambda connection: jobs.cancel(connection, job.id, datetime.now(UTC)))
        news.tell()
        await no_processes(2)
        assert (await wait_for(database, job, has_ended)).state is JobState.CANCELLED
        following = await enqueue(database, news)  # the worker is free again
        await wait_for(database, following, lambda found: found.state is JobState.RUNNING, 2)


async def test_forgetting_the_artist_ends_the_process(database: Database, tmp_path: Path, news: JobNews) -> None:
    job = await enqueue(database, news)
    async with runner(database, tmp_path, news):
        await wait_for(database, job, is_learning)
        await database.write(lambda connection: artists.forget(connection, job.artist_id))
        news.tell()
        await no_processes(2)


@pytest.mark.parametrize("end", ["cancelled", "forgotten"])
async def test_what_ends_while_its_model_is_checked_is_not_published(
    database: Database, tmp_path: Path, news: JobNews, end: str
) -> None:
    checking, let_go = threading.Event(), threading.Event()

    def describe(weights: bytes, curve: bytes | None) -> NewVersion:
        checking.set()
        assert let_go.wait(20)
        return publishing.describe(weights, curve)

    job = await enqueue(database, news)
    JobFolder(tmp_path / "jobs" / str(job.id)).prepare()
    JobFolder(tmp_path / "jobs" / str(job.id)).write_result(TrainedModel(samples.model(), b"curve"))
    rules = Rules(queue_order.next_job, describe, publishing.publish_result)
    async with runner(database, tmp_path, news, rules=rules):
        await until(checking.is_set, 60)
        if end == "cancelled":
            await database.write(lambda connection: jobs.cancel(connection, job.id, datetime.now(UTC)))
        else:
            await database.write(lambda connection: artists.forget(connection, job.artist_id))
        let_go.set()
        await until(lambda: not list((tmp_path / "jobs").iterdir()), 10)
    found = await database.read(lambda connection: jobs.by_id(connection, job.id))
    assert found is None if end == "forgotten" else found is not None and found.state is JobState.CANCELLED
    assert await database.read(lambda connection: versions.of_artist(connection, job.artist_id)) == []


async def test_a_bot_that_stops_leaves_a_checkpoint_and_the_next_continues(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    job = await enqueue(database, news)
    async with runner(database, tmp_path, news):
        before = await wait_for(database, job, is_learning)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert active_children() == []
    stopped = await wait_for(database, job, lambda found: found.state is JobState.QUEUED)
    assert stopped.attempts == 0
    assert await database.read(queue_order.next_job) == job.id
    folder = JobFolder(tmp_path / "jobs" / str(job.id))
    assert folder.read_checkpoint() is not None
    async with runner(database, tmp_path, news):
        after = await wait_for(database, job, is_learning)
    assert before.progress is not None
    assert after.progress is not None
    assert after.progress.characters_seen >= before.progress.characters_seen


async def test_a_start_takes_up_what_a_killed_bot_left(database: Database, tmp_path: Path, news: JobNews) -> None:
    """A bot was killed between result and publication, leaving a lease that nobody holds and a result in the folder."""
    job = await enqueue(database, news)
    now = datetime.now(UTC)
    await database.write(
        lambda connection: jobs.claim(connection, job.id, "of a dead bot", now.replace(year=2999), now)
    )
    folder = JobFolder(tmp_path / "jobs" / str(job.id))
    folder.prepare()
    folder.write_result(TrainedModel(samples.model(validation_bits_per_character=2.0), b"curve"))
    (tmp_path / "jobs" / "999").mkdir()
    async with runner(database, tmp_path, news):
        ended = await wait_for(database, job, has_ended)
        assert not (tmp_path / "jobs" / "999").exists()
    assert (ended.state, ended.attempts) == (JobState.SUCCEEDED, 0)
    known = await database.read(lambda connection: versions.of_artist(connection, job.artist_id))
    assert [version.number for version in known] == [1]


async def test_as_many_jobs_run_at_once_as_there_are_workers(database: Database, tmp_path: Path, news: JobNews) -> None:
    queued = [await enqueue(database, news, name=name) for name in ("a", "b", "c")]
    async with runner(database, tmp_path, news, workers=2):
        for job in queued[:2]:
            await wait_for(database, job, lambda found: found.state is JobState.RUNNING, 5)
        await asyncio.sleep(0.2)
        states = [(await wait_for(database, job, lambda _: True)).state for job in queued]
        assert states == [JobState.RUNNING, JobState.RUNNING, JobState.QUEUED]


async def test_the_queue_survives_any_error_and_a_bad_row(
    database: Database, tmp_path: Path, news: JobNews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_AROUND_SECONDS", 0.1)
    bad, good = await enqueue(database, news, name="bad"), await enqueue(database, news, SHORT, "good", songs=12)
    await database.write(
        lambda c: c.execute("UPDATE jobs SET queued_at = 'yesterday', progress = '[' WHERE id = ?", (bad.id,))
    )
    failures = iter([KeyError("anything"), MemoryError(), RuntimeError("else")])
    write = database.write

    async def failing(transaction: Callable[[sqlite3.Connection], Any]) -> Any:
        if transaction.__name__ == "claim" and (error := next(failures, None)) is not None:
            raise error
        return await write(transaction)

    monkeypatch.setattr(database, "write", failing)
    async with runner(database, tmp_path, news):
        job = await wait_for(database, good, has_ended)
    assert job.state is JobState.SUCCEEDED
    failed = await wait_for(database, bad, has_ended)
    assert failed.state is JobState.FAILED
    assert "could not be read" in (failed.reason or "")
