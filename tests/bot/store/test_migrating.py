import shutil
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


def migrate_until(connection: sqlite3.Connection, last: int, folder: Path) -> None:
    """Apply the migrations up to one of them."""
    for path in MIGRATIONS.glob("*.sql"):
        if int(path.name[:4]) <= last:
            shutil.copy(path, folder)
    assert migrate(connection, folder) == last


def test_when_a_version_was_trained_is_known_of_those_that_a_job_trained(
    empty: sqlite3.Connection, tmp_path: Path
) -> None:
    migrate_until(empty, 15, tmp_path)
    empty.execute("INSERT INTO artists VALUES (1, 9, 'A', 'a', NULL, 'now')")
    empty.execute("PRAGMA foreign_keys = OFF")
    for number, job in ((1, None), (2, 7)):
        empty.execute(
            """INSERT INTO versions (artist_id, number, job_id, held_back, weights, parameters, published_at)
            VALUES (1, ?, ?, 0, x'00', 1, 'now')""",
            (number, job),
        )
    migrate(empty)
    assert empty.execute("SELECT trained_at FROM versions ORDER BY number").fetchall() == [(None,), ("now",)]
    empty.close()


def test_versions_learn_the_size_of_the_present_text_only_if_they_were_trained_on_it(
    empty: sqlite3.Connection, tmp_path: Path
) -> None:
    migrate_until(empty, 12, tmp_path)
    present, unknown = "a" * 64, None
    for artist, hashes in {1: ("b" * 64, present), 2: (present, "b" * 64), 3: (unknown,)}.items():
        empty.execute("INSERT INTO artists VALUES (?, 9, ?, ?, NULL, 'now')", (artist, f"A{artist}", f"a{artist}"))
        empty.execute(
            """INSERT INTO corpora (artist_id, text, sha256, bytes, is_upload, stored_at)
            VALUES (?, 'text', ?, 4, 1, 'now')""",
            (artist, present),
        )
        for number, corpus in enumerate(hashes, 1):
            empty.execute(
                """INSERT INTO versions (artist_id, number, held_back, weights, parameters, corpus_sha256, published_at)
                VALUES (?, ?, 0, x'00', 1, ?, 'now')""",
                (artist, number, corpus),
            )
        empty.execute("UPDATE artists SET singing_version_id = (SELECT MAX(id) FROM versions) WHERE id = ?", (artist,))
    migrate(empty)
    learned_from = empty.execute("SELECT artist_id, number, corpus_bytes FROM versions ORDER BY id").fetchall()
    assert learned_from == [(1, 1, None), (1, 2, 4), (2, 1, 4), (2, 2, None), (3, 1, None)]
    empty.close()
