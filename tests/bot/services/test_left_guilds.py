import itertools
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.services import (
    ArtistsService,
    Asker,
    GuildsService,
    LeftGuilds,
    LyricsService,
    Refusal,
    SongRequest,
    TrainingService,
)
from bot.services.recent_deletions import RecentDeletions
from bot.services.song_record import SongRecord
from bot.store import corpora, unfinished_songs
from bot.store.database import Database
from bot.store.unfinished_songs import StoredUnfinished
from bot.training.news import JobNews
from tests.bot import samples
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OTHER_GUILD, add_artist, manager, member
from tests.bot.services.test_lyrics import whole
from tests.bot.services.test_privacy import is_in_a_file


@pytest.fixture
def left_guilds(stocked: Database, record: SongRecord, news: JobNews, clock: Clock) -> LeftGuilds:
    return LeftGuilds(stocked, record, news, days=30, now=clock)


@pytest.fixture
async def used(
    lyrics: LyricsService,
    guilds_service: GuildsService,
    training: TrainingService,
    stocked: Database,
    clock: Clock,
) -> None:
    """Both guilds have an artist, a queued job, a setting and a song."""
    await add_artist(stocked, clock, OTHER_GUILD, "Duo", 9)
    for guild_id in (GUILD, OTHER_GUILD):
        await guilds_service.change(manager(guild_id=guild_id), channel_id=7)
        await training.queue(manager(guild_id=guild_id), "new", samples.corpus().encode())
        await whole(lyrics.sing(member(guild_id=guild_id), SongRequest(f"a seed in {guild_id}", lines=2)))
        begun = StoredUnfinished(0, 1, guild_id, 7, None, None, "Anna", f"a seed in {guild_id}", clock())
        await stocked.write(lambda connection, begun=begun: unfinished_songs.add(connection, begun))


def everything_of(connection: sqlite3.Connection, guild_id: int) -> dict[str, int]:
    """Return, for each table with a guild column, how many rows name the guild."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for table in tables:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        column = "guild_id" if "guild_id" in columns else "id" if table == "guilds" else None
        if column:
            found[table] = connection.execute(
                f"SELECT count(*) FROM {table} WHERE {column} = ?", (guild_id,)
            ).fetchone()[0]
    return found


@pytest.mark.usefixtures("used")
async def test_a_left_guilds_data_goes_when_its_days_are_over(
    left_guilds: LeftGuilds, stocked: Database, clock: Clock, artists_service: ArtistsService, tmp_path: Path
) -> None:
    await left_guilds.left(GUILD)
    clock.move(days=29)
    assert await left_guilds.purge() == 0
    assert sum((await stocked.read(lambda connection: everything_of(connection, GUILD))).values()) >= 7
    clock.move(days=1)
    assert await left_guilds.purge() == 1
    found = await stocked.read(lambda connection: everything_of(connection, GUILD))
    assert set(found) >= {"artists", "jobs", "requests", "guilds", "left_guilds"}
    assert not any(found.values())
    assert not is_in_a_file(tmp_path, f"a seed in {GUILD}")
    # The others keep theirs.
    assert is_in_a_file(tmp_path, f"a seed in {OTHER_GUILD}")
    names = [artist.name for artist in await artists_service.visible(member(guild_id=OTHER_GUILD))]
    assert names == ["Anna", "Burns", "Duo"]
    assert await left_guilds.purge() == 0


@pytest.mark.usefixtures("used")
async def test_a_guild_that_the_bot_returns_to_keeps_its_data(
    left_guilds: LeftGuilds, artists_service: ArtistsService, clock: Clock
) -> None:
    await left_guilds.left(GUILD)
    clock.move(days=20)
    await left_guilds.returned(GUILD)
    clock.move(days=20)
    assert await left_guilds.purge() == 0
    await left_guilds.left(GUILD)
    clock.move(days=20)
    assert await left_guilds.purge() == 0  # counted from the last time
    assert (await artists_service.details(member(), "choir")).artist.name == "Choir"


@pytest.mark.usefixtures("used")
async def test_what_happened_while_the_bot_was_offline_is_noticed_at_its_start(
    left_guilds: LeftGuilds, artists_service: ArtistsService, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await left_guilds.left(OTHER_GUILD)
    await left_guilds.present([OTHER_GUILD, 300])
    assert "no longer in 1 guild(s) whose data is stored; it will be deleted in 30 days" in caplog.text
    clock.move(days=15)
    await left_guilds.present([OTHER_GUILD, 300])  # another start does not change when it was left
    clock.move(days=15)
    assert await left_guilds.purge() == 1
    names = [artist.name for artist in await artists_service.visible(member(guild_id=OTHER_GUILD))]
    assert names == ["Anna", "Burns", "Duo"]
    assert [artist.name for artist in await artists_service.visible(member())] == ["Anna", "Burns"]


@pytest.mark.usefixtures("used")
async def test_with_no_days_it_goes_at_once(stocked: Database, record: SongRecord, news: JobNews, clock: Clock) -> None:
    at_once = LeftGuilds(stocked, record, news, days=0, now=clock)
    upcoming = news.upcoming()
    await at_once.left(GUILD)
    assert not any((await stocked.read(lambda connection: everything_of(connection, GUILD))).values())
    assert upcoming.is_set()  # a runner that is training one of its artists wakes up and finds it gone


async def test_songs_in_memory_and_in_the_making_go_too(
    lyrics: LyricsService, stocked: Database, news: JobNews, clock: Clock
) -> None:
    record = SongRecord(stocked, RecentDeletions(), on_disk=False, new_id=itertools.count(10**15).__next__)
    lyrics._record = record
    done = await whole(lyrics.sing(member(), SongRequest("done", lines=2)))
    elsewhere = await whole(lyrics.sing(member(guild_id=OTHER_GUILD), SongRequest("elsewhere", lines=2)))
    making = lyrics.sing(member(), SongRequest("in the making", lines=9))
    await anext(making)
    await LeftGuilds(stocked, record, news, days=0, now=clock).left(GUILD)
    made = await whole(making)
    assert await record.find(done.request_id) is None
    assert await record.find(made.request_id) is None
    assert await record.find(elsewhere.request_id) is not None
    assert replace(made, text="") != made


async def test_a_text_in_flight_is_not_stored_once_its_guild_is_forgotten(
    training: TrainingService, stocked: Database, record: SongRecord, news: JobNews, clock: Clock
) -> None:
    at_once = LeftGuilds(stocked, record, news, days=0, now=clock)
    asker = replace(manager(), deletions_before=record.deletions.count)
    with training.texts.uploading(asker):
        await at_once.left(GUILD)
        with pytest.raises(Refusal, match="has just been deleted"):
            await training.queue(asker, "duo", samples.corpus().encode())
    assert not any((await stocked.read(lambda connection: everything_of(connection, GUILD))).values())


async def test_a_shared_artist_gets_back_the_text_that_a_forgotten_guilds_job_replaced(
    left_guilds: LeftGuilds, training: TrainingService, stocked: Database
) -> None:
    operator = Asker(3, GUILD, 7, is_operator=True)
    job = await training.queue(operator, "burns", samples.corpus(30).encode())
    await training.cancel(operator, job.id)
    await training.queue(operator, "burns", samples.corpus().encode())
    await left_guilds.forget(GUILD)
    assert await stocked.read(lambda connection: corpora.text_of(connection, job.artist_id)) == samples.corpus(30)


async def test_everyone_is_no_guild(left_guilds: LeftGuilds) -> None:
    with pytest.raises(ValueError, match="no guild"):
        await left_guilds.forget(0)
