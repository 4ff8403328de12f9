"""Training on a real Dask cluster whose workers and scheduler are killed."""

import asyncio
import time
from collections.abc import AsyncIterator
from multiprocessing import active_children
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from distributed import Client

from bot.store import versions
from bot.store.database import Database
from bot.store.job_records import Job, JobState
from bot.training.cluster import Absence, Cluster
from bot.training.cluster_worker import SILENCE_SECONDS, Lines, train_on_cluster
from bot.training.job_folder import JobFolder
from bot.training.local import LocalPlace
from bot.training.news import JobNews
from bot.training.place import PlaceGoneError
from bot.training.worker import Stopped, TrainingTask, WorkerLost
from lstm.model.model_file import load_model
from tests.bot import samples
from tests.bot.training.dask_cluster import DaskCluster
from tests.bot.training.test_runner import enqueue, has_ended, is_learning, runner, wait_for
from tests.bot.waiting import until

SONGS = 12
"""Enough for some seconds of training, planned in epochs, so that the goal does not depend on the measured speed."""


@pytest.fixture
def news() -> JobNews:
    return JobNews()


@pytest.fixture
async def dask(tmp_path: Path) -> AsyncIterator[DaskCluster]:
    async with DaskCluster(tmp_path) as started:
        yield started


@pytest.fixture
def cluster(dask: DaskCluster) -> Cluster:
    return Cluster(dask.address, LocalPlace, 60.0, time.monotonic)


@pytest.fixture
def no_fallback(dask: DaskCluster) -> Cluster:
    def none() -> LocalPlace:
        raise AssertionError("it was to be trained on the cluster")

    return Cluster(dask.address, none, 60.0, time.monotonic)


async def weights(database: Database, job: Job) -> bytes:
    (version,) = await database.read(lambda connection: versions.of_artist(connection, job.artist_id))
    file = await database.read(lambda connection: versions.weights(connection, version.id))
    assert file is not None
    return load_model(file).parameters.flat.tobytes()


async def test_a_killed_worker_and_a_killed_scheduler_change_nothing_of_the_result(
    database: Database, tmp_path: Path, news: JobNews, dask: DaskCluster, no_fallback: Cluster
) -> None:
    async with runner(database, tmp_path, news, new_place=LocalPlace):
        here = await wait_for(database, await enqueue(database, news, songs=SONGS, name="here"), has_ended, 180)
    async with runner(database, tmp_path, news, new_place=no_fallback.new_place):
        there = await enqueue(database, news, songs=SONGS, name="there")
        folder = JobFolder(tmp_path / "jobs" / str(there.id))
        await until(lambda: folder.read_checkpoint() is not None, 60)
        await dask.kill_busy_worker()
        await wait_for(database, there, lambda found: found.attempts == 1, 30)
        await wait_for(database, there, is_learning, 60)
        await dask.kill_scheduler()
        await dask.kill_workers()
        await dask.start()
        there = await wait_for(database, there, has_ended, 180)
    assert (there.state, there.attempts, there.reason) == (JobState.SUCCEEDED, 1, None)
    assert await weights(database, there) == await weights(database, here)


async def test_a_bot_that_stops_leaves_a_checkpoint_and_the_next_continues(
    database: Database, tmp_path: Path, news: JobNews, dask: DaskCluster, no_fallback: Cluster
) -> None:
    job = await enqueue(database, news)
    async with runner(database, tmp_path, news, new_place=no_fallback.new_place):
        before = await wait_for(database, job, is_learning, 60)
    folder = JobFolder(tmp_path / "jobs" / str(job.id))
    assert folder.read_checkpoint() is not None
    await dask.is_idle(5)
    async with runner(database, tmp_path, news, new_place=no_fallback.new_place):
        after = await wait_for(database, job, is_learning, 60)
    assert before.progress is not None
    assert after.progress is not None
    assert after.progress.characters_seen >= before.progress.characters_seen
    assert after.attempts == 0


async def test_a_worker_ends_when_its_bot_has_died_and_a_ticket_is_good_once(tmp_path: Path, dask: DaskCluster) -> None:
    task = TrainingTask(tmp_path / "nowhere", "burns", samples.corpus(), 5.0, 0)
    with Client(dask.address, set_as_default=False) as client:
        lines = Lines.of("attempt", client)
        await asyncio.to_thread(lines.ticket.put, b"")
        await asyncio.to_thread(lines.orders.set, [0, "go on"])
        executor = client.get_executor(pure=False)
        training = executor.submit(train_on_cluster, "attempt", task)
        ended = await asyncio.to_thread(training.result, SILENCE_SECONDS + 30)
        assert ended == Stopped()
        again = executor.submit(train_on_cluster, "attempt", task)
        assert await asyncio.to_thread(again.result, 30) == WorkerLost()
        assert not (tmp_path / "nowhere").exists()


async def test_without_a_cluster_for_a_minute_it_is_trained_here(
    database: Database, tmp_path: Path, news: JobNews
) -> None:
    away = Cluster("tcp://127.0.0.1:9", LocalPlace, 1.0, time.monotonic)
    with pytest.raises(PlaceGoneError):
        await asyncio.to_thread(away.new_place)
    async with runner(database, tmp_path, news, new_place=away.new_place):
        job = await wait_for(database, await enqueue(database, news), is_learning)
    assert job.attempts == 0


async def test_a_scheduler_that_freezes_counts_as_away(
    database: Database, tmp_path: Path, news: JobNews, dask: DaskCluster
) -> None:
    frozen = Cluster(dask.address, LocalPlace, 1.0, time.monotonic)
    async with runner(database, tmp_path, news, new_place=frozen.new_place):
        job = await enqueue(database, news)
        await wait_for(database, job, is_learning, 60)
        dask.freeze_scheduler()
        await until(active_children, 60)
        assert (await wait_for(database, job, is_learning)).attempts == 0


def test_patience_starts_over_when_the_cluster_was_there() -> None:
    clock = iter([1000.0, 1059.0, 1061.0, 1062.0])
    absence = Absence(60.0, lambda: next(clock))
    assert [absence.is_too_long() for _ in range(3)] == [False, False, True]
    absence.over()
    assert not absence.is_too_long()
