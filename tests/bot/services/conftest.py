"""Services on a real store and engine, with two shared artists and one of a guild."""

import itertools
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine.composing_thread import ComposingThread
from bot.engine.singer_cache import SingerCache, VersionGoneError
from bot.metrics.tally import Tally
from bot.services import ArtistsService, Asker, GuildsService, LyricsService, PrivacyService, TrainingService
from bot.services.bad_language import LanguagePolicy
from bot.services.data_files import DataFiles, DataFolder
from bot.services.publishing import describe, publish
from bot.services.quotas import Quotas
from bot.services.recent_deletions import RecentDeletions
from bot.services.song_record import SongRecord
from bot.services.training_texts import TrainingTexts
from bot.store import artists, versions
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.training.news import JobNews
from tests.bot import samples
from tests.bot.samples import Clock

GUILD, OTHER_GUILD, CHANNEL = 100, 200, 7


def member(user_id: int = 1, guild_id: int | None = GUILD, channel_id: int = CHANNEL) -> Asker:
    return Asker(user_id, guild_id, channel_id)


def manager(user_id: int = 2, guild_id: int = GUILD) -> Asker:
    return Asker(user_id, guild_id, CHANNEL, may_manage_guild=True, may_manage_messages=True)


OPERATOR = Asker(3, None, None, is_operator=True)


async def add_artist(
    database: Database,
    clock: Clock,
    guild_id: int,
    name: str,
    random_seed: int = 0,
    weights: bytes | None = None,
    **record: object,
) -> None:
    version = describe(weights or samples.model(random_seed, **record), b"curve")

    def transaction(connection: sqlite3.Connection) -> None:
        artist = artists.find_or_create(connection, guild_id, name, clock())
        publish(connection, artist.id, version, job_id=None, now=clock())

    await database.write(transaction)


@pytest.fixture
async def stocked(database: Database, clock: Clock) -> Database:
    await add_artist(database, clock, EVERYONE, "Anna", 1, validation_bits_per_character=2.25)
    await add_artist(database, clock, EVERYONE, "Burns", 2)
    await add_artist(database, clock, GUILD, "Choir", 3)
    return database


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def singers(database: Database) -> SingerCache:
    async def read(version_id: int) -> bytes:
        weights = await database.read(lambda connection: versions.weights(connection, version_id))
        if weights is None:
            raise VersionGoneError(version_id)
        return weights

    return SingerCache(read, 2**24)


@pytest.fixture
async def composing(tally: Tally) -> AsyncIterator[ComposingThread]:
    async with ComposingThread(tally) as running:
        yield running


@pytest.fixture
def news() -> JobNews:
    return JobNews()


@pytest.fixture
def deletions() -> RecentDeletions:
    return RecentDeletions()


@pytest.fixture
def record(stocked: Database, deletions: RecentDeletions) -> SongRecord:
    return SongRecord(stocked, deletions, on_disk=True, new_id=itertools.count(10**15).__next__)


@pytest.fixture
def bad_letters() -> set[str]:
    """Letters that count as bad words; none until a test adds some."""
    return set()


@pytest.fixture
def lyrics(
    stocked: Database,
    singers: SingerCache,
    composing: ComposingThread,
    record: SongRecord,
    tally: Tally,
    clock: Clock,
    bad_letters: set[str],
) -> LyricsService:
    return LyricsService(
        stocked,
        singers,
        composing,
        record,
        default_artist="anna",
        songs_in_a_row=10,
        seconds_per_song=4.0,
        has_bad_language=lambda text: any(letter in text for letter in bad_letters),
        tally=tally,
        now=clock,
        seconds=itertools.count(step=60).__next__,  # every request comes after a rest
        new_random_seed=itertools.count().__next__,
    )


@pytest.fixture
def language(bad_letters: set[str]) -> LanguagePolicy:
    return LanguagePolicy(lambda text: any(letter in text for letter in bad_letters))


@pytest.fixture
def artists_service(stocked: Database, news: JobNews, language: LanguagePolicy) -> ArtistsService:
    return ArtistsService(stocked, news, language)


@pytest.fixture
def guilds_service(stocked: Database) -> GuildsService:
    return GuildsService(stocked)


@pytest.fixture
def privacy(stocked: Database, record: SongRecord, clock: Clock) -> PrivacyService:
    return PrivacyService(stocked, record, history_days=30, now=clock)


@pytest.fixture
def training(
    stocked: Database, news: JobNews, deletions: RecentDeletions, clock: Clock, tmp_path: Path, language: LanguagePolicy
) -> TrainingService:
    (tmp_path / "corpora").mkdir()
    return TrainingService(
        stocked,
        TrainingTexts(DataFiles([DataFolder(tmp_path, "own")]), most_bytes=100_000, seconds=clock.seconds),
        news,
        deletions,
        most_minutes=5.0,
        now=clock,
        new_random_seed=itertools.count().__next__,
        quotas=Quotas(stored_bytes=10**9, artists=1000, jobs_per_day=1000),
        language=language,
    )
