import json
from pathlib import Path

import pytest

from bot.services import LyricsService, PrivacyService, Refusal, SongRequest, TrainingService
from bot.services.song_record import SongRecord
from bot.store.database import Database
from tests.bot import samples
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OTHER_GUILD, manager, member
from tests.bot.services.test_lyrics import whole


def is_in_a_file(folder: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in folder.glob("lyrics.db*"))


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
    assert [entry.seed for entry in page.entries] == [f"seed {number}" for number in range(11, 1, -1)]
    assert [entry.seed for entry in (await privacy.history(member(), 2)).entries] == ["seed 1", "seed 0"]
    assert [entry.seed for entry in (await privacy.history(member(guild_id=None))).entries] == ["in private"]
    assert (await privacy.history(member(user_id=99))).pages == 1
    for number in (0, 3, -1):
        with pytest.raises(Refusal, match="pages 1 to 2"):
            await privacy.history(member(), number)


async def test_an_export_holds_everything_about_a_person_and_nothing_else(
    lyrics: LyricsService, privacy: PrivacyService, training: TrainingService
) -> None:
    await sing(lyrics, "Über mich", user_id=2)
    await sing(lyrics, "elsewhere", user_id=2, guild_id=OTHER_GUILD)
    await sing(lyrics, "another's", user_id=5)
    await training.queue(manager(), "duo", samples.corpus().encode())
    exported = json.loads(await privacy.export(manager()))
    assert exported["user_id"] == "2"
    assert [request["seed"] for request in exported["requests"]] == ["Über mich", "elsewhere"]
    assert exported["requests"][0]["lyrics"].startswith("Über mich")
    assert [job["artist"] for job in exported["trainings"]] == ["duo"]


async def test_deleted_is_deleted(
    lyrics: LyricsService, privacy: PrivacyService, training: TrainingService, tmp_path: Path
) -> None:
    await sing(lyrics, "a very private seed", user_id=2)
    await sing(lyrics, "another's seed", user_id=5)
    job = await training.queue(manager(), "duo", samples.corpus().encode())
    deleted = await privacy.delete(manager())
    assert (deleted.requests, deleted.trainings) == (1, 1)
    assert json.loads(await privacy.export(manager()))["requests"] == []
    (still,) = [found for found in await training.jobs(manager()) if found.id == job.id]
    assert still.asked_by is None and not still.state.has_ended
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
    record = SongRecord(stocked, on_disk=False, new_id=lambda: 10**15)
    privacy = PrivacyService(stocked, record, history_days=0, now=clock)
    clock.move(seconds=1)
    assert await privacy.purge() == 1
    lyrics._record = record
    await sing(lyrics, "in memory")
    assert (await privacy.history(member())).requests == 0
    assert (await privacy.delete(member())).requests == 1
