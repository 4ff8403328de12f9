import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.backup import BackupError, back_up, restore
from bot.store.database import Database, open_database
from bot.store.faults import StoreError
from bot.store.migrating import MIGRATIONS, migrate, newest_version, version_of

INSERT = "INSERT INTO registrations (scope, digest) VALUES (?, ?)"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def digests(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [digest for (digest,) in connection.execute("SELECT digest FROM registrations ORDER BY scope")]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def write(database: Database, scope: int, digest: str) -> None:
    await database.write(lambda connection: connection.execute(INSERT, (scope, digest)))


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


async def test_a_backup_is_made_while_the_bot_writes(database: Database, tmp_path: Path, other: Path) -> None:
    await write(database, 1, "before")
    made = back_up(tmp_path / "lyrics.db", other / "copy")
    await write(database, 2, "after")
    assert digests(other / "copy") == ["before"]
    assert digests(tmp_path / "lyrics.db") == ["before", "after"]
    assert names(other) == ["copy"]
    assert (other / "copy").stat().st_size == made.size
    assert (other / "copy").stat().st_mode & 0o777 == 0o600
    assert not made.has_replaced
    assert back_up(tmp_path / "lyrics.db", other / "copy").has_replaced
    assert digests(other / "copy") == ["before", "after"]


async def test_a_backup_overwrites_nothing_else(database: Database, tmp_path: Path, other: Path) -> None:
    (other / "thesis.txt").write_text("years of work")
    with pytest.raises(BackupError, match="already exists and is not a backup"):
        back_up(tmp_path / "lyrics.db", other / "thesis.txt")
    assert (other / "thesis.txt").read_text() == "years of work"
    with pytest.raises(BackupError, match="There is no folder"):
        back_up(tmp_path / "lyrics.db", other / "no" / "copy")
    with pytest.raises(BackupError, match="nothing to back up"):
        back_up(other / "lyrics.db", other / "copy")


async def test_a_backup_is_a_file_other_than_the_database(database: Database, tmp_path: Path, other: Path) -> None:
    await write(database, 1, "kept")
    (other / "link").symlink_to(tmp_path / "lyrics.db")
    for itself in (tmp_path / "lyrics.db", other / ".." / "lyrics.db", other / "link"):
        with pytest.raises(BackupError, match="is the database itself; name another file"):
            back_up(tmp_path / "lyrics.db", itself)
    with pytest.raises(BackupError, match=r"is a folder; name the file, for example .*backup\.db\.$"):
        back_up(tmp_path / "lyrics.db", other)
    assert digests(tmp_path / "lyrics.db") == ["kept"]


async def test_a_backup_is_restored_and_the_database_before_is_kept(tmp_path: Path, other: Path) -> None:
    path = tmp_path / "lyrics.db"
    async with open_database(path) as database:
        await write(database, 1, "backed up")
        back_up(path, other / "copy")
        await write(database, 2, "later")
        with pytest.raises(StoreError, match="Stop it before you restore"):
            restore(other / "copy", path, NOW)
    moved_to = restore(other / "copy", path, NOW).moved_to
    assert moved_to == tmp_path / "lyrics.db.before-restore-20261124-120000"
    assert digests(path) == ["backed up"]
    assert digests(moved_to) == ["backed up", "later"]
    async with open_database(path) as database:
        await write(database, 3, "goes on")
    assert digests(path) == ["backed up", "goes on"]
    assert digests(other / "copy") == ["backed up"]


async def test_a_backup_is_restored_over_a_damaged_database_or_none(tmp_path: Path, other: Path) -> None:
    path = tmp_path / "lyrics.db"
    async with open_database(path) as database:
        await write(database, 1, "backed up")
        back_up(path, other / "copy")
    path.write_bytes(b"scrambled " * 1000)
    assert restore(other / "copy", path, NOW).moved_to is not None
    assert digests(path) == ["backed up"]
    assert restore(other / "copy", other / "new.db", NOW).moved_to is None
    assert digests(other / "new.db") == ["backed up"]


async def test_what_is_no_sound_backup_is_refused_and_changes_nothing(
    database: Database, tmp_path: Path, other: Path
) -> None:
    await write(database, 1, "x" * 200_000)
    back_up(tmp_path / "lyrics.db", other / "good")
    good = (other / "good").read_bytes()
    (other / "cut").write_bytes(good[: len(good) // 2])
    (other / "text").write_text("no database")
    (other / "empty").touch()
    with closing(sqlite3.connect(other / "foreign")) as connection:
        connection.execute("CREATE TABLE birds (x)")
    (other / "newer").write_bytes(good)
    with closing(sqlite3.connect(other / "newer", isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 999")
    for name, reason in (
        ("cut", "damaged"),
        ("text", "is not a backup"),
        ("empty", "is not a backup"),
        ("foreign", "is not a backup"),
        ("newer", "newer version"),
        ("missing", "There is no file"),
    ):
        with pytest.raises(BackupError, match=reason):
            restore(other / name, other / "lyrics.db", NOW)
    assert not (other / "lyrics.db").exists()


async def test_files_that_cannot_be_opened_are_refused_in_a_sentence(
    database: Database, tmp_path: Path, other: Path
) -> None:
    path = tmp_path / "lyrics.db"
    long_name = other / ("x" * 300)
    too_deep = Path(*[other, *["folder" * 30] * 4, "copy"])  # beyond what SQLite opens, whoever asks
    too_deep.parent.mkdir(parents=True)
    back_up(path, other / "copy")
    (other / "copy").rename(too_deep)
    for file in (long_name, too_deep):
        with pytest.raises(BackupError, match="cannot be read: "):
            restore(file, other / "lyrics.db", NOW)
        with pytest.raises(BackupError, match="cannot be read: "):
            back_up(path, file)
    with pytest.raises(BackupError, match="cannot be written: File name too long"):
        back_up(path, other / ("x" * 250))  # too long with a suffix
    with pytest.raises(BackupError, match="cannot be read: "):
        back_up(long_name / "lyrics.db", other / "copy")
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(other / "socket"))
        with pytest.raises(BackupError, match="already exists and is not a backup"):
            back_up(path, other / "socket")


async def test_a_migration_runs_after_a_copy(tmp_path: Path, other: Path) -> None:
    path = tmp_path / "lyrics.db"
    (other / "0001_first.sql").write_text((MIGRATIONS / "0001_artists_jobs_requests.sql").read_text())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, other)
        connection.execute(INSERT, (1, "of an older version"))
    async with open_database(path):
        pass
    async with open_database(path):  # nothing is left to migrate, so no other copy is made
        pass
    copy = tmp_path / f"lyrics.db.before-schema-{newest_version()}"
    assert [name for name in names(tmp_path) if "before" in name] == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert version_of(connection) == 1
    assert digests(copy) == digests(path) == ["of an older version"]


async def test_a_newer_database_is_left_alone_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "lyrics.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE of_the_future (x)")
        connection.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer version of the bot"):
        async with open_database(path):
            pass
    assert path.read_bytes() == before
    assert names(tmp_path) == ["lyrics.db", "lyrics.db.lock"]
