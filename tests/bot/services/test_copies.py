"""What is deleted is also deleted from the copies that the bot has made of its database."""

import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.services import ArtistsService, LeftGuilds, LyricsService, PrivacyService, SongRequest, TrainingService
from bot.services.song_record import SongRecord
from bot.store.artists import find
from bot.store.backup import back_up
from bot.store.database import Database
from bot.training.news import JobNews
from tests.bot import samples
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OTHER_GUILD, manager, member
from tests.bot.services.test_lyrics import whole
from tests.bot.services.test_privacy import is_in_a_file

SEED, ANOTHERS, ELSEWHERE = "a seed to be deleted", "a seed of another", "a seed elsewhere"
LINE = samples.corpus().split("\n")[0]
LATER = ("unfinished_songs", "likes", "asked_trainings", "left_guilds", "former_corpora")
"""Tables that the first version of the bot did not have."""


@dataclass
class Stage:
    """The services, and what was sung before the copies were made."""

    artists: ArtistsService
    lyrics: LyricsService
    privacy: PrivacyService
    training: TrainingService
    left_guilds: LeftGuilds
    database: Database
    clock: Clock
    song: int


@pytest.fixture
async def here(
    artists_service: ArtistsService,
    lyrics: LyricsService,
    privacy: PrivacyService,
    training: TrainingService,
    stocked: Database,
    record: SongRecord,
    news: JobNews,
    clock: Clock,
) -> Stage:
    song = await whole(lyrics.sing(member(), SongRequest(SEED, lines=2)))
    await whole(lyrics.sing(member(5), SongRequest(ANOTHERS, lines=2)))
    await whole(lyrics.sing(member(5, OTHER_GUILD), SongRequest(ELSEWHERE, lines=2)))
    job = await training.queue(manager(), "duo", samples.corpus().encode())
    await training.cancel(manager(), job.id)
    left_guilds = LeftGuilds(stocked, record, news, days=30, now=clock)
    return Stage(artists_service, lyrics, privacy, training, left_guilds, stocked, clock, song.request_id)


@pytest.fixture
def copies(here: Stage, tmp_path: Path) -> list[Path]:
    """A copy of an early version, as a migration makes it, and one with a log file, as a restore leaves it."""
    path = tmp_path / "lyrics.db"
    migrated, restored = tmp_path / "lyrics.db.before-schema-99", tmp_path / "lyrics.db.before-restore-x"
    for copied in (migrated, restored):
        back_up(path, copied)
    with closing(sqlite3.connect(migrated, isolation_level=None)) as connection:
        for table in LATER:
            connection.execute(f"DROP TABLE {table}")
    with closing(sqlite3.connect(restored, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    for copied in (migrated, restored):
        os.utime(copied, (1_000_000_000, 1_000_000_000))
    return [migrated, restored]


async def _forget_the_person(here: Stage) -> object:
    return await here.privacy.delete(member())


async def _delete_the_song(here: Stage) -> object:
    return await here.lyrics.delete(member(), here.song, asked_by=1)


async def _let_it_grow_old(here: Stage) -> object:
    here.clock.move(days=29)
    await whole(here.lyrics.sing(member(5), SongRequest(ANOTHERS, lines=2)))
    here.clock.move(days=2)
    return await here.privacy.purge()


@pytest.mark.parametrize("delete", [_forget_the_person, _delete_the_song, _let_it_grow_old])
async def test_songs(
    here: Stage, copies: list[Path], tmp_path: Path, delete: Callable[[Stage], Awaitable[object]]
) -> None:
    assert is_in_a_file(tmp_path, SEED)
    await delete(here)
    assert not is_in_a_file(tmp_path, SEED)
    assert is_in_a_file(tmp_path, ANOTHERS)
    for copied in copies:
        assert copied.stat().st_mtime == 1_000_000_000  # its days are counted from then
        assert not copied.with_name(copied.name + "-wal").exists()
        with closing(sqlite3.connect(copied)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_who_asked_for_a_training(here: Stage, copies: list[Path]) -> None:
    await here.privacy.delete(manager())
    for copied in copies:
        with closing(sqlite3.connect(copied)) as connection:
            assert connection.execute("SELECT asked_by FROM jobs").fetchall() == [(None,)]


async def test_an_artist(here: Stage, copies: list[Path], tmp_path: Path) -> None:
    artist = await here.database.read(lambda connection: find(connection, GUILD, "duo"))
    assert artist is not None
    for copied in copies:  # after a restore, an artist may have another id than before
        with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            for table, column in (("artists", "id"), ("corpora", "artist_id"), ("jobs", "artist_id")):
                connection.execute(f"UPDATE {table} SET {column} = 999 WHERE {column} = ?", (artist.id,))
    assert is_in_a_file(tmp_path, LINE)
    await here.artists.forget(manager(), artist.id)
    assert not is_in_a_file(tmp_path, LINE)
    for copied in copies:
        with closing(sqlite3.connect(copied)) as connection:
            assert connection.execute("SELECT name FROM artists ORDER BY name").fetchall() == [
                ("Anna",),
                ("Burns",),
                ("Choir",),
            ]


async def test_a_text_that_has_led_to_nothing(here: Stage, copies: list[Path], tmp_path: Path) -> None:
    here.clock.move(days=31)
    assert is_in_a_file(tmp_path, LINE)
    assert await here.training.purge() == 1
    assert not is_in_a_file(tmp_path, LINE)


async def test_a_guild(here: Stage, copies: list[Path], tmp_path: Path) -> None:
    await here.left_guilds.forget(GUILD)
    assert not is_in_a_file(tmp_path, SEED)
    assert not is_in_a_file(tmp_path, ANOTHERS)
    assert not is_in_a_file(tmp_path, LINE)
    assert is_in_a_file(tmp_path, ELSEWHERE)


@pytest.mark.parametrize("what", ["damaged", "locked"])
async def test_a_copy_that_cannot_be_changed_goes_when_somebody_demands_it_and_only_then(
    here: Stage, copies: list[Path], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("bot.store.own_copies._BUSY_TIMEOUT_SECONDS", 0.1)
    stuck, sound = copies
    with closing(sqlite3.connect(stuck, isolation_level=None)) as other:
        if what == "locked":
            other.execute("BEGIN EXCLUSIVE")
        else:
            stuck.write_bytes(b"scrambled " * 1000)
        assert await here.privacy.purge() == 0
        assert stuck.exists()
        await here.privacy.delete(member())
    assert not stuck.exists()
    assert sound.exists()
