import sqlite3
from pathlib import Path

import pytest

from bot.store.migrating import MIGRATIONS, NewerDatabaseError, migrate


@pytest.fixture
def empty(tmp_path: Path) -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in MIGRATIONS.glob("*.sql"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_second_start_has_nothing_to_do(empty: sqlite3.Connection) -> None:
    assert migrate(empty) == migrate(empty) == version(empty)
    empty.close()


def test_a_migration_that_fails_leaves_the_database_at_the_one_before(
    empty: sqlite3.Connection, tmp_path: Path
) -> None:
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (x);")
    (tmp_path / "0002_two.sql").write_text("CREATE TABLE two (x); INSERT INTO missing VALUES (1);")
    with pytest.raises(sqlite3.OperationalError, match="missing"):
        migrate(empty, tmp_path)
    assert (version(empty), tables(empty)) == (1, {"one"})
    (tmp_path / "0002_two.sql").write_text("CREATE TABLE two (x);")
    assert migrate(empty, tmp_path) == 2
    assert tables(empty) == {"one", "two"}
    empty.close()


def test_a_newer_database_is_left_alone(empty: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (x);")
    empty.execute("PRAGMA user_version = 2")
    with pytest.raises(NewerDatabaseError):
        migrate(empty, tmp_path)
    assert tables(empty) == set()
    empty.close()
