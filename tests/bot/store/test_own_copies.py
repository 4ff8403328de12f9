"""What becomes of the copies that the bot makes by itself; deleting from them is tested with the services."""

import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import own_copies
from bot.store.backup import back_up, restore
from bot.store.database import open_database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_the_database_before_is_kept_for_its_time_however_old_it_was(tmp_path: Path) -> None:
    path = tmp_path / "lyrics.db"
    async with open_database(path):
        pass
    back_up(path, tmp_path / "copy")
    long_ago = (NOW - timedelta(days=99)).timestamp()
    os.utime(path, (long_ago, long_ago))
    moved_to = restore(tmp_path / "copy", path, NOW).moved_to
    assert moved_to is not None
    assert own_copies.delete_old(path, NOW + timedelta(days=29)) == 0
    assert own_copies.delete_old(path, NOW + timedelta(days=31)) == 1
    assert not moved_to.exists()


def delete_by_a_new_column(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM songs WHERE added_later = 1")


def delete_from_a_new_table(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM added_later")


def delete_one(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM songs WHERE person = 1")


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE songs")


@pytest.mark.parametrize("unknown", [delete_by_a_new_column, delete_from_a_new_table])
def test_what_an_earlier_version_lacks_stops_no_other_deletion(tmp_path: Path, unknown: own_copies.Deletion) -> None:
    copied = tmp_path / "lyrics.db.before-schema-2"
    with closing(sqlite3.connect(copied)) as connection:
        connection.executescript("CREATE TABLE songs (person); INSERT INTO songs VALUES (1), (2);")
    own_copies.erase(tmp_path / "lyrics.db", [unknown, delete_one], is_demanded=True)
    with closing(sqlite3.connect(copied)) as connection:
        assert connection.execute("SELECT person FROM songs").fetchall() == [(2,)]
    own_copies.erase(tmp_path / "lyrics.db", [fail, delete_one], is_demanded=True)
    assert not copied.exists()


def test_old_copies_are_deleted(tmp_path: Path) -> None:
    for name, days in (("lyrics.db", 99), ("lyrics.db.before-schema-2", 31), ("lyrics.db.before-restore-x", 29)):
        (tmp_path / name).touch()
        then = time.time() - timedelta(days=days).total_seconds()
        os.utime(tmp_path / name, (then, then))
    assert own_copies.delete_old(tmp_path / "lyrics.db", datetime.now(UTC)) == 1
    assert names(tmp_path) == ["lyrics.db", "lyrics.db.before-restore-x"]


def test_what_an_interrupted_copy_has_left_is_deleted_at_once(tmp_path: Path) -> None:
    for suffix in ("", ".before-schema-9.partial", ".restoring", ".restoring.partial"):
        (tmp_path / f"lyrics.db{suffix}").touch()
    assert own_copies.delete_old(tmp_path / "lyrics.db", datetime.now(UTC)) == 3
    assert names(tmp_path) == ["lyrics.db"]


def test_the_log_files_of_a_copy_go_with_it(tmp_path: Path) -> None:
    old = time.time() - timedelta(days=31).total_seconds()
    for name in ("lyrics.db.before-restore-x", "lyrics.db.before-restore-x-wal", "lyrics.db.before-restore-x-shm"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "lyrics.db.before-restore-x", (old, old))
    assert own_copies.delete_old(tmp_path / "lyrics.db", datetime.now(UTC)) == 1
    assert names(tmp_path) == []
