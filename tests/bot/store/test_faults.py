import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.database import Database
from bot.store.faults import StoreError, explained, is_of_the_disk

INSERT = "INSERT INTO registrations (scope, digest) VALUES (?, ?)"


async def test_a_full_disk_is_said_and_nothing_is_lost(database: Database) -> None:
    await database.write(lambda connection: connection.execute(INSERT, (1, "kept")))

    def bound(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute(INSERT, (2, "half a transaction"))
        connection.execute(INSERT, (3, "x" * 1_000_000))

    await database.write(bound)
    with pytest.raises(StoreError, match=r"is full\. Free some space") as full:
        await database.write(fill)
    assert full.value.reason == "its disk is full"
    await database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1000000"))
    rows = await database.read(lambda c: [tuple(row) for row in c.execute("SELECT * FROM registrations")])
    assert rows == [(1, "kept")]


async def test_a_wrong_statement_is_a_fault_of_the_program(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database.write(lambda connection: connection.execute("DELETE FROM nowhere"))


def test_what_sqlite_says_of_a_read_only_file_or_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "lyrics.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (x)")
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection,
        pytest.raises(sqlite3.OperationalError) as read_only,
    ):
        connection.execute("INSERT INTO a VALUES (1)")
    assert is_of_the_disk(read_only.value)
    assert "Make it writable" in str(explained(read_only.value, path))
    path.write_bytes(b"scrambled " * 1000)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.DatabaseError) as damaged:
        connection.execute("SELECT * FROM a")
    assert "python -m bot restore FILE" in str(explained(damaged.value, path))


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "is full. Free some space"),
        (errno.EDQUOT, "is full. Free some space"),
        (errno.EROFS, "Make it writable"),
        (errno.EACCES, "Make it writable"),
        (errno.ENOLCK, "a folder on a local disk"),
        (errno.EOPNOTSUPP, "a folder on a local disk"),
        (errno.EIO, "cannot be opened"),
    ],
)
def test_what_the_system_says(number: int, advice: str) -> None:
    said = explained(OSError(number, os.strerror(number)), Path("data/lyrics.db"))
    assert advice in str(said)
    assert "\n" not in str(said)
    assert "lyrics.db" in str(said)
    assert "lyrics.db" not in said.reason
