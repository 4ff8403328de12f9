import asyncio
import itertools
import json
import sqlite3
import threading
import time
from contextlib import aclosing, closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.services import Asker, LyricsService, PrivacyService, Refusal, SongRequest, SungAgain, TrainingService
from bot.services.recent_deletions import RecentDeletions
from bot.services.song_record import SongRecord
from bot.store import jobs, likes, requests, times, unfinished_songs
from bot.store.database import Database
from bot.store.requests import StoredRequest
from bot.store.unfinished_songs import StoredUnfinished
from tests.bot import samples
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OTHER_GUILD, manager, member
from tests.bot.services.test_lyrics import whole


def is_in_a_file(folder: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in folder.glob("lyrics.db*"))


async def exported(privacy: PrivacyService, asker: Asker, part_bytes: int | None = None) -> list[dict[str, Any]]:
    return [json.loads(part) async for part in privacy.export(asker, part_bytes)]


async def sing(lyrics: LyricsService, seed: str, user_id: int = 1, guild_id: int | None = GUILD) -> None:
    await whole(lyrics.sing(member(user_id, guild_id), SongRequest(seed, lines=2)))


async def test_a_history_is_ones_own_and_of_this_place(lyrics: LyricsService, privacy: PrivacyService) -> None:
    for number in range(12):
        await sing(lyrics, f"seed {number}")
    await sing(lyrics, "another's", user_id=5)
    await sing(lyrics, "elsewhere", guild_id=OTHER_GUILD)
    await sing(lyrics, "in private", guild_id=None)
    page = await privacy.history(member())
    assert (page.page, page.pages, page.requests) == (1, 2, 12)
    assert [entry.seed for entry in page.entries] == [f"seed {number}" for number in range(11, 5, -1)]
    assert [entry.seed for entry in (await privacy.history(member(), 2)).entries] == [
        f"seed {number}" for number in range(5, -1, -1)
    ]
    assert [entry.seed for entry in (await privacy.history(member(guild_id=None))).entries] == ["in private"]
    assert (await privacy.history(member(user_id=99))).pages == 1
    for number in (0, 3, -1):
        with pytest.raises(Refusal, match="only 2 pages"):
            await privacy.history(member(), number)


async def test_an_export_is_about_one_person_in_every_place(
    lyrics: LyricsService, privacy: PrivacyService, training: TrainingService
) -> None:
    await sing(lyrics, "Über mich", user_id=2)
    await sing(lyrics, "elsewhere", user_id=2, guild_id=OTHER_GUILD)
    await sing(lyrics, "another's", user_id=5)
    await training.queue(manager(), "duo", samples.corpus().encode())
    (data,) = await exported(privacy, manager())
    assert data["user_id"] == "2"
    assert [request["seed"] for request in data["requests"]] == ["elsewhere", "Über mich"]
    assert data["requests"][1]["lyrics"].startswith("Über mich")
    assert [job["artist"] for job in data["trainings"]] == ["duo"]


EXPORTED_AS = {
    "requests": {"user_id": None, "text": "lyrics", "partner": "with"},
    "jobs": {"asked_by": None, "artist_id": "artist"},
    "likes": {"user_id": None, "request_id": "request"},
    "unfinished_songs": {"user_id": None, "began_at": "asked_at", "wish": "asked_for"},
}
"""The columns that an export has under another name; None: once for the whole file."""
LEFT_OUT = {
    "jobs": set("attempts turn lease lease_until progress outcome announced_at".split()),
    "unfinished_songs": {"token"},
}
"""The bot's own notes on a job, and Discord's key to a message: `PRIVACY.md` says so."""


async def test_an_export_has_every_column_that_is_stored_about_a_person(
    stocked: Database, lyrics: LyricsService, privacy: PrivacyService, training: TrainingService, clock: Clock
) -> None:
    job = await training.queue(manager(), "duo", samples.corpus().encode())
    song = StoredRequest(
        0, 2, GUILD, 7, "Anna", "seed", "a text", 12, 0.8, "AABB", True, 99, 1.5, clock(),
        message_id=123, continues=11, part=3, take=4, copied_lines=5, rhymes_missed=6, form="free", partner="Ben",
        title_lines=1,
    )  # fmt: skip
    wished = StoredUnfinished(0, 2, GUILD, 7, 456, "a token", "Anna", '{"kind": "SungAgain"}', clock())

    def transaction(connection: sqlite3.Connection) -> dict[str, sqlite3.Row]:
        request_id = requests.record(connection, song)
        requests.remember_message(connection, request_id, song.message_id)
        likes.toggle(connection, request_id, 2, clock())
        unfinished_songs.add(connection, wished)
        jobs.remember_message(connection, job.id, 7, 789)
        tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {}
        for table in tables:
            columns = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
            if person := columns & {"user_id", "asked_by"}:
                (rows[table],) = connection.execute(f"SELECT * FROM {table} WHERE {person.pop()} = 2")
        return rows

    stored = await stocked.write(transaction)
    (data,) = await exported(privacy, manager())
    assert stored.keys() == EXPORTED_AS.keys()
    for table, row in stored.items():
        (entry,) = data["trainings" if table == "jobs" else table]
        wanted = {
            EXPORTED_AS[table].get(name, name): row[name] for name in set(row.keys()) - LEFT_OUT.get(table, set())
        }
        wanted.pop(None)
        assert entry.keys() == wanted.keys()
        for name, value in wanted.items():
            told = entry[name]
            if name == "artist":
                assert told == ("duo" if table == "jobs" else "Anna")
            elif name.endswith("_at") and value is not None:
                assert datetime.fromisoformat(told) == times.from_text(value)
            else:
                assert told == (None if value is None else type(told)(value)), name


async def add_songs(database: Database, clock: Clock, count: int, text: str = "la\n" * 500) -> None:
    request = StoredRequest(0, 1, GUILD, 7, "Anna", "seed", text, 12, 0.8, "none", False, 0, 0.1, clock())

    def transaction(connection: sqlite3.Connection) -> None:
        for number in range(count):
            requests.record(connection, replace(request, seed=f"seed {number}"))

    await database.write(transaction)


async def test_a_long_export_comes_in_parts_that_are_each_whole(
    stocked: Database, privacy: PrivacyService, training: TrainingService, clock: Clock
) -> None:
    await add_songs(stocked, clock, 1_203)
    sizes = [len(part) async for part in privacy.export(member(), 500_000)]
    assert len(sizes) == 6
    assert max(sizes) <= 500_000
    parts = await exported(privacy, member(), 500_000)
    assert [request["seed"] for part in parts for request in part["requests"]] == [
        f"seed {number}" for number in range(1_202, -1, -1)
    ]


async def test_an_export_of_years_blocks_nobody(
    stocked: Database, lyrics: LyricsService, privacy: PrivacyService, clock: Clock
) -> None:
    await add_songs(stocked, clock, 20_000)
    lags: list[float] = []

    async def heartbeat() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            lags.append(time.monotonic() - began - 0.01)

    beating = asyncio.create_task(heartbeat())
    total = 0
    async for part in privacy.export(member(), 8_000_000):
        total += len(part)
        await privacy.history(member(5))  # read in between
    beating.cancel()
    assert total > 30_000_000
    assert max(lags) < 0.5  # 10 ms on an idle machine; it was many seconds before exports were made in parts


async def test_one_export_at_a_time(stocked: Database, privacy: PrivacyService, clock: Clock) -> None:
    await add_songs(stocked, clock, 100)
    async with aclosing(privacy.export(member(), 50_000)) as first:
        await anext(first)
        with pytest.raises(Refusal, match="being prepared"):
            await anext(privacy.export(member()))
        assert await exported(privacy, member(5))
    assert await exported(privacy, member())


async def test_deleted_is_deleted(
    lyrics: LyricsService, privacy: PrivacyService, training: TrainingService, tmp_path: Path
) -> None:
    await sing(lyrics, "a very private seed", user_id=2)
    await sing(lyrics, "another's seed", user_id=5)
    job = await training.queue(manager(), "duo", samples.corpus().encode())
    deleted = await privacy.delete(manager())
    assert (deleted.requests, deleted.trainings) == (1, 1)
    assert (await exported(privacy, manager()))[0]["requests"] == []
    (still,) = [found for found in await training.jobs(manager()) if found.id == job.id]
    assert still.asked_by is None
    assert not still.state.has_ended
    assert is_in_a_file(tmp_path, "another's seed")
    assert not is_in_a_file(tmp_path, "a very private seed")


async def test_old_requests_are_purged(
    lyrics: LyricsService, privacy: PrivacyService, training: TrainingService, clock: Clock
) -> None:
    await sing(lyrics, "old")
    live = await training.queue(manager(), "solo", samples.corpus().encode())
    ended = await training.queue(manager(), "duo", samples.corpus().encode())
    await training.cancel(manager(), ended.id)
    clock.move(days=29)
    await sing(lyrics, "young")
    clock.move(days=1, seconds=1)
    assert await privacy.purge() == 1
    assert [entry.seed for entry in (await privacy.history(member())).entries] == ["young"]
    assert await privacy.purge() == 0
    assert {job.id: job.asked_by for job in await training.jobs(manager())} == {live.id: 2, ended.id: None}


async def test_nothing_is_kept_where_the_operator_wants_no_history(
    lyrics: LyricsService, stocked: Database, clock: Clock
) -> None:
    await sing(lyrics, "of the time before")
    record = SongRecord(stocked, RecentDeletions(), on_disk=False, new_id=lambda: 10**15)
    privacy = PrivacyService(stocked, record, history_days=0, now=clock)
    clock.move(seconds=1)
    assert await privacy.purge() == 1
    lyrics._record = record
    await sing(lyrics, "in memory")
    assert await stocked.read(lambda connection: requests.of_person(connection, 1)) == []
    assert (await privacy.delete(member())).requests == 1
    (data,) = await exported(privacy, member())
    assert data["requests"] == []


async def test_what_is_only_in_memory_is_handed_out_too(lyrics: LyricsService, stocked: Database, clock: Clock) -> None:
    record = SongRecord(stocked, RecentDeletions(), on_disk=False, new_id=itertools.count(10**15).__next__)
    lyrics._record = record
    await sing(lyrics, "first")
    await sing(lyrics, "second")
    (data,) = await exported(PrivacyService(stocked, record, history_days=0, now=clock), member())
    assert [request["seed"] for request in data["requests"]] == ["second", "first"]


async def test_a_history_has_what_is_only_in_memory_too(lyrics: LyricsService, stocked: Database, clock: Clock) -> None:
    for number in range(4):
        await sing(lyrics, f"seed {number}")
    record = SongRecord(stocked, RecentDeletions(), on_disk=False, new_id=itertools.count(10**15).__next__)
    lyrics._record = record
    for number in range(4, 8):
        await sing(lyrics, f"seed {number}")
    await sing(lyrics, "another's", user_id=5)
    await sing(lyrics, "elsewhere", guild_id=OTHER_GUILD)
    await sing(lyrics, "in private", guild_id=None)
    privacy = PrivacyService(stocked, record, history_days=0, now=clock)
    first, second = await privacy.history(member()), await privacy.history(member(), 2)
    assert (first.pages, first.requests) == (2, 8)
    assert [entry.seed for entry in first.entries] == [f"seed {number}" for number in range(7, 1, -1)]
    assert [entry.seed for entry in second.entries] == ["seed 1", "seed 0"]
    assert [entry.seed for entry in (await privacy.history(member(guild_id=None))).entries] == ["in private"]


@pytest.mark.parametrize("on_disk", [True, False])
async def test_a_song_in_the_making_is_not_recorded_once_deletion_is_confirmed(
    lyrics: LyricsService, stocked: Database, clock: Clock, tmp_path: Path, on_disk: bool
) -> None:
    record = SongRecord(stocked, RecentDeletions(), on_disk=on_disk, new_id=itertools.count(10**15).__next__)
    privacy = PrivacyService(stocked, record, history_days=30 if on_disk else 0, now=clock)
    lyrics._record = record
    song = lyrics.sing(member(), SongRequest("in the making", lines=12))
    await anext(song)
    others = lyrics.sing(member(5), SongRequest("of another", lines=2))
    await anext(others)
    assert (await privacy.delete(member())).requests == 0
    finished = await whole(song)
    assert finished.text.startswith("in the making")
    await whole(others)
    assert (await exported(privacy, member()))[0]["requests"] == []
    assert not is_in_a_file(tmp_path, "in the making")
    assert [request["seed"] for request in (await exported(privacy, member(5)))[0]["requests"]] == ["of another"]
    with pytest.raises(Refusal, match="no longer stored"):
        await whole(lyrics.sing(member(), SungAgain(finished.request_id)))
    await lyrics.delete(member(), finished.request_id, asked_by=1)  # its message can still be deleted


async def test_a_text_in_flight_does_not_name_its_asker_once_deletion_is_confirmed(
    training: TrainingService, privacy: PrivacyService, deletions: RecentDeletions
) -> None:
    asker = replace(manager(), deletions_before=deletions.count)
    with training.texts.uploading(asker):
        assert (await privacy.delete(manager())).trainings == 0
        job = await training.queue(asker, "duo", samples.corpus().encode())
    assert job.asked_by is None
    reading = asyncio.create_task(training.queue(manager(), "solo", samples.corpus().encode()))
    await asyncio.sleep(0)
    await privacy.delete(manager())
    assert (await reading).asked_by is None
    assert (await exported(privacy, manager()))[0]["trainings"] == []
    assert (await training.queue(manager(), "trio", samples.corpus().encode())).asked_by == 2


async def test_a_vote_in_flight_is_not_counted_once_deletion_is_confirmed(
    lyrics: LyricsService, privacy: PrivacyService, stocked: Database
) -> None:
    song = await whole(lyrics.sing(member(5), SongRequest("of another", lines=2)))
    let_go = threading.Event()
    held = asyncio.create_task(stocked.read(lambda _: let_go.wait(20)))
    voting = asyncio.create_task(lyrics.like(member(), song.request_id))
    await asyncio.sleep(0)  # it waits to look up the song
    await privacy.delete(member())
    let_go.set()
    await asyncio.gather(held, voting)
    assert await stocked.read(lambda connection: likes.of_person(connection, 1)) == []


async def test_deleting_a_song_leaves_nothing_in_the_log_file(lyrics: LyricsService, tmp_path: Path) -> None:
    song = await whole(lyrics.sing(member(), SongRequest("a very private seed", lines=2)))
    assert is_in_a_file(tmp_path, "a very private seed")
    await lyrics.delete(member(), song.request_id, asked_by=1)
    assert not is_in_a_file(tmp_path, "a very private seed")


async def test_what_another_reader_kept_in_the_log_file_goes_with_the_next_purge(
    lyrics: LyricsService, privacy: PrivacyService, stocked: Database, tmp_path: Path
) -> None:
    song = await whole(lyrics.sing(member(), SongRequest("a very private seed", lines=2)))
    with closing(sqlite3.connect(tmp_path / "lyrics.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM requests").fetchone()
        await stocked.write(lambda connection: connection.execute("PRAGMA busy_timeout = 10"))
        await lyrics.delete(member(), song.request_id, asked_by=1)
        assert stocked.holds_deleted
    assert await privacy.purge() == 0
    assert not stocked.holds_deleted
    assert not is_in_a_file(tmp_path, "a very private seed")
