"""What is deleted is also deleted from copies of every earlier version of the database."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.services.privacy import EXPIRED, OF_A_PERSON
from bot.store import left_guilds, own_copies, times
from bot.store.migrating import MIGRATIONS, migrate, newest_version

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PERSON, HERE = 123_456_789, 987_654_321


def copy_of_version(path: Path, version: int) -> Path:
    """Return a copy of a schema's version, with a row about a person and a guild in every table that has such rows."""
    folder = path.parent / "migrations"
    folder.mkdir()
    for script in MIGRATIONS.glob("*.sql"):
        if int(script.name[:4]) <= version:
            shutil.copy(script, folder)
    copied = path.with_name(f"{path.name}.before-schema-{version + 1}")
    values = {"user_id": PERSON, "asked_by": PERSON, "guild_id": HERE, "state": "failed", "ended_at": LONG_AGO}
    by_type = {"TEXT": times.to_text(LONG_AGO), "INTEGER": 1, "REAL": 1.0, "BLOB": b""}
    with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection, folder)
        connection.execute("PRAGMA foreign_keys = OFF")
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            if not {column["name"] for column in columns} & {"user_id", "asked_by", "guild_id"}:
                continue
            row = {
                column["name"]: values.get(column["name"], by_type[column["type"]])
                for column in columns
                if column["name"] in values or column["notnull"]
            }
            row = {name: times.to_text(value) if isinstance(value, datetime) else value for name, value in row.items()}
            connection.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
            )
    return copied


def rows_with(copied: Path, number: int) -> list[str]:
    with closing(sqlite3.connect(copied)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return [
            table
            for (table,) in tables
            if any(number in row for row in connection.execute(f"SELECT * FROM {table}").fetchall())
        ]


@pytest.mark.parametrize("version", range(1, newest_version() + 1))
@pytest.mark.parametrize("kind", ["a person", "expired", "a guild"])
def test_nothing_is_left_in_a_copy_of_any_version(tmp_path: Path, version: int, kind: str) -> None:
    deletions, number = {
        "a person": ([partial(delete, user_id=PERSON) for delete in OF_A_PERSON], PERSON),
        "expired": ([partial(delete, time=LONG_AGO + timedelta(days=1)) for delete in EXPIRED], PERSON),
        "a guild": (left_guilds.deletions(HERE), HERE),
    }[kind]
    copied = copy_of_version(tmp_path / "lyrics.db", version)
    assert "requests" in rows_with(copied, number)
    own_copies.erase(tmp_path / "lyrics.db", deletions, is_demanded=False)
    assert rows_with(copied, number) == []
