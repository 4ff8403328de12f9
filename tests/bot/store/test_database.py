import asyncio
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from bot.store.database import Database, open_database
from bot.store.faults import StoreError
from tests.bot import samples

INSERT = "INSERT INTO registrations (scope, digest) VALUES (?, ?)"


def count(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT count(*) FROM registrations").fetchone()[0]


def is_in_a_file(folder: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in folder.iterdir())


async def test_a_transaction_is_kept_whole(database: Database) -> None:
    def transaction(connection: sqlite3.Connection) -> str:
        connection.execute(INSERT, (1, "a"))
        connection.execute(INSERT, (2, "b"))
        return "returned"

    assert await database.write(transaction) == "returned"
    assert await database.read(count) == 2


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def transaction(connection: sqlite3.Connection) -> None:
        connection.execute(INSERT, (1, "a"))
        raise KeyError("its own error")

    with pytest.raises(KeyError, match="its own error"):
        await database.write(transaction)
    assert await database.read(count) == 0
    await database.write(lambda connection: connection.execute(INSERT, (1, "a")))
    assert await database.read(count) == 1


async def test_a_cancelled_caller_leaves_no_transaction_open(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def transaction(connection: sqlite3.Connection) -> None:
        connection.execute(INSERT, (1, "a"))
        begun.set()
        go_on.wait(10)
        connection.execute(INSERT, (2, "b"))

    caller = asyncio.create_task(database.write(transaction))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await database.write(lambda connection: connection.execute(INSERT, (3, "c")))
    assert await database.read(count) == 3  # the cancelled one was completed


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read(lambda connection: connection.execute(INSERT, (1, "a")))


async def test_a_reader_sees_one_snapshot(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def twice(connection: sqlite3.Connection) -> tuple[int, int]:
        first = count(connection)
        begun.set()
        go_on.wait(10)
        return first, count(connection)

    reading = asyncio.create_task(database.read(twice))
    await asyncio.to_thread(begun.wait, 10)
    await database.write(lambda connection: connection.execute(INSERT, (1, "a")))
    go_on.set()
    assert await reading == (0, 0)
    assert await database.read(count) == 1


async def test_connections_are_set_up(database: Database) -> None:
    def pragmas(connection: sqlite3.Connection) -> dict[str, object]:
        names = ("journal_mode", "foreign_keys", "busy_timeout", "auto_vacuum", "synchronous", "secure_delete")
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert await database.write(pragmas) == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "auto_vacuum": 2,
        "synchronous": 2,
        "secure_delete": 1,
    }


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


@pytest.mark.parametrize("is_there", [False, True])
async def test_nobody_else_may_read_the_files(tmp_path: Path, is_there: bool) -> None:
    path = tmp_path / "lyrics.db"
    if is_there:  # as an earlier version created it
        path.touch(0o644)
    async with open_database(path) as database:
        await database.write(lambda connection: connection.execute("DELETE FROM registrations"))
        names = ("lyrics.db", "lyrics.db-wal", "lyrics.db-shm", "lyrics.db.lock")
        assert modes(tmp_path) == dict.fromkeys(names, 0o600)


async def test_what_is_deleted_is_nowhere_in_the_files(database: Database, tmp_path: Path) -> None:
    secret = "a seed that nobody shall find " * 3
    await database.write(lambda connection: connection.execute(INSERT, (1, secret)))
    assert is_in_a_file(tmp_path, secret)
    await database.write(lambda connection: connection.execute("DELETE FROM registrations"))
    await database.give_back_space()
    assert not is_in_a_file(tmp_path, "nobody shall find")


async def test_space_is_given_back(database: Database, tmp_path: Path) -> None:
    await database.write(lambda connection: connection.execute(INSERT, (1, "x" * 2_000_000)))
    await database.give_back_space()
    before = (tmp_path / "lyrics.db").stat().st_size
    await database.write(lambda connection: connection.execute("DELETE FROM registrations"))
    await database.give_back_space()
    assert (tmp_path / "lyrics.db").stat().st_size < before - 1_900_000


async def test_a_second_bot_on_the_folder_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Another bot is using"):
        async with open_database(tmp_path / "lyrics.db"):
            pass
    assert await database.read(count) == 0


async def test_the_folder_is_free_again_once_the_other_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lyrics.db"
    program = (
        "import asyncio, sys, pathlib\n"
        "from bot.store.database import open_database\n"
        "async def main():\n"
        "    async with open_database(pathlib.Path(sys.argv[1])):\n"
        "        print('open', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    assert await other.stdout.readline() == b"open\n"
    with pytest.raises(StoreError, match="Another bot is using"):
        async with open_database(path):
            pass
    other.kill()
    await other.wait()
    async with open_database(path) as database:
        assert await database.read(count) == 0


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "lyrics.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreError, match=r"newer version of the bot \(schema version 999"):
        async with open_database(tmp_path / "lyrics.db"):
            pass


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lyrics.db").write_bytes(b"something else " * 100)
    with pytest.raises(StoreError, match="is damaged, or is not the bot's database"):
        async with open_database(tmp_path / "lyrics.db"):
            pass
    (tmp_path / "lyrics.db").unlink()
    async with open_database(tmp_path / "lyrics.db") as database:  # nothing was left locked
        assert await database.read(count) == 0


async def test_many_writers_at_once_each_get_their_turn(database: Database) -> None:
    def transaction(connection: sqlite3.Connection) -> None:
        (before,) = connection.execute("SELECT count(*) FROM registrations").fetchone()
        connection.execute(INSERT, (before, "x"))

    await asyncio.gather(*(database.write(transaction) for _ in range(50)))
    assert await database.read(count) == 50


async def test_a_damaged_page_is_explained_to_readers_too(database: Database, tmp_path: Path) -> None:
    await samples.damage(database, tmp_path / "lyrics.db", "guilds")
    with pytest.raises(StoreError, match="is damaged, or is not the bot's database"):
        await database.read(lambda connection: connection.execute("SELECT * FROM guilds").fetchall())
