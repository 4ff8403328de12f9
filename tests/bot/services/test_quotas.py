import sqlite3
from dataclasses import replace

import pytest

from bot.services import ArtistsService, Refusal, TrainingService
from bot.services.publishing import publish_result
from bot.services.quotas import MOST_UPLOADS, UPLOAD_SECONDS, UPLOADS_IN_A_ROW, Quotas, UploadsInFlight
from bot.store import artists, corpora, jobs, usage, versions
from bot.store.database import Database
from bot.store.job_records import NewJob
from tests.bot import samples
from tests.bot.samples import Clock, new_version
from tests.bot.services.conftest import GUILD, OPERATOR, OTHER_GUILD, manager

CORPUS = samples.corpus().encode()


def allow(training: TrainingService, stored_bytes: int = 10**9, artists: int = 1000, jobs_per_day: int = 1000) -> None:
    training._quotas = Quotas(stored_bytes, artists, jobs_per_day)


async def cancel_all(training: TrainingService) -> None:
    for job in await training.jobs(manager()):
        if not job.state.has_ended:
            await training.cancel(manager(), job.id)


async def test_a_guild_has_only_so_many_artists(training: TrainingService, database: Database) -> None:
    allow(training, artists=2)  # one exists already
    await training.queue(manager(), "first", CORPUS)
    with pytest.raises(Refusal, match="already has 2 artists, the maximum"):
        await training.queue(manager(), "second", CORPUS)
    assert await database.read(lambda connection: artists.find(connection, GUILD, "second")) is None
    await training.queue(manager(guild_id=OTHER_GUILD), "second", CORPUS)
    await training.queue(OPERATOR, "third", CORPUS)


async def test_a_guild_stores_only_so_much(training: TrainingService, database: Database) -> None:
    stored = await database.read(lambda connection: usage.stored_bytes(connection, GUILD))
    text = len(samples.corpus().encode())
    allow(training, stored_bytes=stored + text + 100)
    await training.queue(manager(), "first", CORPUS)
    with pytest.raises(Refusal, match=r"would take up .* KB, but it may use only .* KB"):
        await training.queue(manager(), "second", CORPUS)
    await cancel_all(training)
    await training.queue(manager(), "first", CORPUS)  # replaces the previous text


async def test_the_former_text_counts_until_a_job_on_the_new_one_has_ended(
    training: TrainingService, database: Database
) -> None:
    async def stored() -> int:
        return await database.read(lambda connection: usage.stored_bytes(connection, GUILD))

    models = await stored()
    await training.queue(manager(), "choir", CORPUS)
    await cancel_all(training)
    assert await stored() == models + len(CORPUS)  # it had no text, which would have come back
    longer = samples.corpus(60).encode()
    await training.queue(manager(), "choir", longer)
    assert await stored() == models + len(CORPUS) + len(longer)
    await cancel_all(training)
    await training.queue(manager(), "choir", CORPUS)  # no other text
    assert await stored() == models + len(CORPUS)


async def test_a_guild_asks_for_only_so_many_trainings_a_day(
    training: TrainingService, artists_service: ArtistsService, clock: Clock
) -> None:
    allow(training, jobs_per_day=2)
    for _ in range(2):
        await training.queue(manager(), "first", CORPUS)
        first = await artists_service.may_forget(manager(), "first")
        await artists_service.forget(manager(), first.id)  # its jobs are deleted with it, but still count
        clock.move(hours=1)
    with pytest.raises(Refusal, match=r"2 training jobs within a day.* Try again in 22 h 0 min\."):
        await training.queue(manager(), "first", CORPUS)
    clock.move(hours=22, seconds=1)
    await training.queue(manager(), "first", CORPUS)


def test_older_versions_make_room_for_a_new_one(connection: sqlite3.Connection, clock: Clock) -> None:
    artist = artists.find_or_create(connection, GUILD, "burns", clock())
    job = jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, 5.0, 0), clock())
    for bits in (1.9, 1.8, 1.7):
        version = versions.add(connection, artist.id, new_version(bits), held_back=False, job_id=None, now=clock())
        versions.let_sing(connection, artist.id, version.id)
    quotas = Quotas(stored_bytes=3 * len(b"weights" + b"curve"), artists=9, jobs_per_day=9)
    publish_result(connection, artist.id, new_version(1.6), job.id, clock(), quotas)
    assert [version.number for version in versions.of_artist(connection, artist.id)] == [4, 3, 2]
    tight = Quotas(stored_bytes=1, artists=9, jobs_per_day=9)
    oldest = versions.of_artist(connection, artist.id)[-1]
    tight.make_room(connection, artist.id, GUILD, kept=5, before=oldest.id)
    assert [version.number for version in versions.of_artist(connection, artist.id)] == [4, 2]


def test_uploads_are_bounded_by_guild_and_in_all() -> None:
    uploads = UploadsInFlight(lambda: 0.0)
    with uploads.one_of(manager()):
        with (
            pytest.raises(Refusal, match="from this server is still being read or sent"),
            uploads.one_of(manager(user_id=9)),
        ):
            pass
        with (
            pytest.raises(Refusal, match="of your texts is still being read or sent"),
            uploads.one_of(manager(guild_id=OTHER_GUILD)),
        ):
            pass
        others = [uploads.one_of(manager(1000 + number, 1000 + number)) for number in range(MOST_UPLOADS)]
        for other in others[:-1]:
            other.__enter__()
        with pytest.raises(Refusal, match="Many texts are being read or sent"):
            others[-1].__enter__()
        for other in others[:-1]:
            other.__exit__(None, None, None)
    with uploads.one_of(manager()):
        pass


def test_a_guild_has_a_text_read_now_and_then_whether_a_job_comes_of_it_or_not(clock: Clock) -> None:
    uploads = UploadsInFlight(clock.seconds)
    for _ in range(UPLOADS_IN_A_ROW):
        uploads.count(manager())
    with pytest.raises(Refusal, match=r"many texts for this server. Try again in 2 min"):
        uploads.count(manager())
    uploads.count(manager(guild_id=OTHER_GUILD))
    for _ in range(2 * UPLOADS_IN_A_ROW):
        uploads.count(OPERATOR)
        uploads.count(replace(manager(), is_operator=True))
    clock.move(seconds=UPLOAD_SECONDS)
    uploads.count(manager())


def test_operators_outside_of_guilds_do_not_block_one_another() -> None:
    uploads = UploadsInFlight(lambda: 0.0)
    with (
        uploads.one_of(OPERATOR),
        uploads.one_of(replace(OPERATOR, user_id=4)),
        pytest.raises(Refusal, match="Another of your texts is still being read or sent"),
        uploads.one_of(OPERATOR),
    ):
        pass
    with uploads.one_of(OPERATOR):
        pass


async def test_texts_that_led_to_nothing_are_listed_and_expire(
    training: TrainingService, database: Database, clock: Clock
) -> None:
    await training.queue(manager(), "mute", CORPUS)
    assert await training.unsung(manager()) == []  # it is being trained
    await cancel_all(training)

    def held_back(connection: sqlite3.Connection) -> None:
        artist = artists.find_or_create(connection, GUILD, "shy", clock())
        corpora.keep(connection, artist.id, "text", is_upload=True, now=clock())
        versions.add(connection, artist.id, new_version(), held_back=True, job_id=None, now=clock())

    await database.write(held_back)
    listed = await training.unsung(manager())
    assert [(artist.name, artist.versions) for artist in listed] == [("mute", 0), ("shy", 1)]
    assert await training.unsung(manager(guild_id=OTHER_GUILD)) == []
    clock.move(days=29)
    assert await training.purge() == 0
    clock.move(days=2)
    assert await training.purge() == 1
    assert [artist.name for artist in await training.unsung(manager())] == ["shy"]
