import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.services import ArtistsService, LeftGuilds
from bot.services.bad_language import LanguagePolicy
from bot.services.left_guilds import ORDERS
from bot.services.recent_deletions import RecentDeletions
from bot.services.song_record import SongRecord
from bot.store import artists, jobs
from bot.store.database import Database, open_database
from bot.store.job_records import Job, NewJob
from bot.training.job_folder import JobFolder
from bot.training.news import JobNews
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OTHER_GUILD, add_artist, member

ROOT = Path(__file__).parents[2]


def forget_guild(data_dir: Path, guild: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))}
    environment |= {"LYRICS_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "forget-guild", guild]
    return subprocess.run(command, cwd=data_dir, env=environment, capture_output=True, text=True, check=False)


async def names(database: Database) -> list[str]:
    service = ArtistsService(database, JobNews(), LanguagePolicy(lambda _: False))
    return [a.name for guild in (GUILD, OTHER_GUILD) for a in await service.visible(member(guild_id=guild))]


async def test_without_a_running_bot_the_command_deletes_by_itself(tmp_path: Path, clock: Clock) -> None:
    async with open_database(tmp_path / "lyrics.db") as database:
        await add_artist(database, clock, GUILD, "Choir")
        await add_artist(database, clock, OTHER_GUILD, "Duo")
    ended = forget_guild(tmp_path, str(GUILD))
    assert ended.stdout == f"Everything stored about server {GUILD} has been deleted, including 1 artist.\n"
    assert ended.returncode == 0
    async with open_database(tmp_path / "lyrics.db") as database:
        assert await names(database) == ["Duo"]


async def test_an_unknown_server_has_nothing_stored(tmp_path: Path, clock: Clock) -> None:
    async with open_database(tmp_path / "lyrics.db") as database:
        await add_artist(database, clock, OTHER_GUILD, "Duo")
    ended = forget_guild(tmp_path, str(GUILD))
    assert ended.stdout == f"Nothing is stored about server {GUILD}.\n"
    assert ended.returncode == 0


def test_a_folder_without_a_database_is_named_and_nothing_is_made_in_it(tmp_path: Path) -> None:
    """LYRICS_DATA_DIR may be mistyped: that nothing is stored would be false."""
    ended = forget_guild(tmp_path, str(GUILD))
    database = tmp_path / "lyrics.db"
    said = f"bot: There is no database at {database} yet, so nothing is stored about server {GUILD}.\n"
    assert (ended.returncode, ended.stderr) == (2, said)
    assert list(tmp_path.iterdir()) == []


async def test_without_a_running_bot_the_checkpoints_are_deleted_too(tmp_path: Path, clock: Clock) -> None:
    folders = []
    async with open_database(tmp_path / "lyrics.db") as database:
        for guild in (GUILD, OTHER_GUILD):
            await add_artist(database, clock, guild, "Choir")

            def enqueue(connection: sqlite3.Connection, guild: int = guild) -> Job:
                artist = artists.find(connection, guild, "Choir")
                assert artist is not None
                return jobs.enqueue(connection, NewJob(artist.id, guild, 1, 2, 1.0, 42), clock())

            folders.append(JobFolder(tmp_path / "jobs" / str((await database.write(enqueue)).id)))
            folders[-1].prepare()
            folders[-1].write_checkpoint(b"with the corpus")
    assert forget_guild(tmp_path, str(GUILD)).returncode == 0
    assert [folder.has_checkpoint() for folder in folders] == [False, True]


async def test_a_running_bot_is_asked_to(database: Database, tmp_path: Path, clock: Clock) -> None:
    await add_artist(database, clock, GUILD, "Choir")
    await add_artist(database, clock, OTHER_GUILD, "Duo")
    ended = forget_guild(tmp_path, str(GUILD))
    assert "The running bot will delete" in ended.stdout
    assert ended.returncode == 0
    record = SongRecord(database, RecentDeletions(), on_disk=True, new_id=int)
    left_guilds = LeftGuilds(database, record, JobNews(), days=30, now=clock)
    for name in ("no id", "0", str(2**63), "9" * 19):
        (tmp_path / ORDERS / name).touch()
    assert await left_guilds.obey(tmp_path / ORDERS) == 1
    assert await names(database) == ["Duo"]
    assert await left_guilds.obey(tmp_path / ORDERS) == 0
    assert await left_guilds.obey(tmp_path / "no such folder") == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_an_order_by_root_belongs_to_the_account_of_the_bot(database: Database, tmp_path: Path) -> None:
    (tmp_path / ORDERS).mkdir(0o700)  # as an earlier version made it
    os.chown(tmp_path / "lyrics.db", 12345, 12345)
    assert forget_guild(tmp_path, str(GUILD)).returncode == 0
    folder, order = (tmp_path / ORDERS).stat(), (tmp_path / ORDERS / str(GUILD)).stat()
    assert (folder.st_uid, order.st_uid) == (12345, 12345)
    assert (folder.st_mode & 0o777, order.st_mode & 0o777) == (0o700, 0o600)
    assert forget_guild(tmp_path, str(GUILD)).returncode == 0  # that order is not carried out yet


async def test_an_order_goes_through_no_link(database: Database, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ORDERS).symlink_to("elsewhere")
    ended = forget_guild(tmp_path, str(GUILD))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "cannot be written to" in ended.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_folder_of_orders_that_cannot_be_read_is_logged(
    database: Database, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ORDERS).touch()
    record = SongRecord(database, RecentDeletions(), on_disk=True, new_id=int)
    left_guilds = LeftGuilds(database, record, JobNews(), days=30, now=clock)
    assert await left_guilds.obey(tmp_path / ORDERS) == 0
    assert f"cannot read {tmp_path / ORDERS}, which may name servers to forget: Not a directory" in caplog.text


@pytest.mark.parametrize("guild", ["0", "one", "../..", str(2**63), "9" * 19, "9" * 20, ""])
def test_what_is_no_server(tmp_path: Path, guild: str) -> None:
    ended = forget_guild(tmp_path, guild)
    assert ended.returncode == 2
    assert "is not a server id" in ended.stderr
