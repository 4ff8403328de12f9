"""The SQLite file: one connection that writes, one that reads, and whole transactions as callables.

A callable runs on its connection's thread from BEGIN to COMMIT or ROLLBACK. So no two tasks share a transaction, and
a caller that is cancelled while it waits does not leave one open: the transaction ends as if the caller still waited.
One process with one writer also avoids the WAL bug that several writers can trigger (SQLite 3.7.0 to 3.51.2).
"""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import TypeVar

import aiosqlite

from bot.store import backup, own_copies
from bot.store.faults import StoreError, explained, is_of_the_disk
from bot.store.instance_lock import InstanceLock, LockedError
from bot.store.migrating import NewerDatabaseError, check_not_newer, migrate, newest_version, version_of
from bot.store.own_copies import Deletion
from bot.store.read_only import open_read_only

T = TypeVar("T")

OLDEST_SQLITE = (3, 37, 0)  # STRICT tables; RETURNING is older
_BUSY_TIMEOUT_SECONDS = 5.0  # another program may read the file, or back it up

log = logging.getLogger(__name__)


class Database:
    """An open database; made by `open_database`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._holds_deleted = False
        self._erasing = asyncio.Lock()

    async def write(self, transaction: Callable[[sqlite3.Connection], T]) -> T:
        """Run a whole transaction on the writer's thread and commit it, or roll it back if it raises.

        A cancelled caller stops waiting; the transaction is finished regardless.

        Raises:
            StoreError: if the disk is full or faulty; nothing of the transaction is then kept.
        """
        return await self._run(self._writer, "BEGIN IMMEDIATE", transaction)

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run queries on the reader's thread, all on the same snapshot.

        Raises:
            StoreError: if the disk is faulty.
        """
        return await self._run(self._reader, "BEGIN", query)

    async def erase_from_copies(self, *deletions: Deletion, is_demanded: bool = True) -> None:
        """Carry out deletions in the copies that the bot has made of its database; see `own_copies.erase`.

        Call this before they are carried out in the database itself: if the bot dies in between, nobody has been told
        yet that they are done.
        """
        async with self._erasing:
            await asyncio.to_thread(own_copies.erase, self._path, deletions, is_demanded=is_demanded)

    async def give_back_space(self) -> None:
        """Return freed pages to the file system, and remove deleted rows from the write-ahead log.

        If another program is reading the file, they stay in the log for now; see `holds_deleted`.
        """

        def vacuum(connection: sqlite3.Connection) -> bool:
            # As a script: execute() would free a single page, because this statement takes one step per page.
            connection.executescript("PRAGMA incremental_vacuum")
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return bool(is_busy)

        self._holds_deleted = True
        try:
            self._holds_deleted = await _on_thread(self._writer, vacuum)
        except sqlite3.Error as error:
            if not is_of_the_disk(error):
                raise
            log.warning("deleted rows stay in the write-ahead log for now. %s", explained(error, self._path))
            return
        if self._holds_deleted:
            log.warning("another program is reading the database: deleted rows stay in the write-ahead log for now")

    @property
    def holds_deleted(self) -> bool:
        """Whether the write-ahead log may still contain deleted rows, so that space must be given back again."""
        return self._holds_deleted

    async def _run(self, connection: aiosqlite.Connection, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await _run(connection, begin, work)
        except sqlite3.Error as error:
            # A query that writes is a bug, not a fault of the disk.
            writes = connection is self._reader and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY
            if writes or not is_of_the_disk(error):
                raise
            raise explained(error, self._path) from error


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """Open the database file, creating and migrating it as needed, for as long as the context lasts.

    Raises:
        StoreError: if another bot has it open, it is from a newer version or not a database, or the disk is faulty.
    """
    async with AsyncExitStack() as stack:
        try:
            stack.enter_context(InstanceLock(path.with_name(path.name + ".lock")))
            await asyncio.to_thread(_check_not_newer, path)
            await asyncio.to_thread(_keep_from_others, path)
            writer = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
            await _on_thread(writer, lambda connection: _prepare_writer(connection, path))
            # The reader is opened last and closed first, so that only the writer checkpoints at the end.
            reader = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
            await _on_thread(reader, _prepare_reader)
        except LockedError:
            raise StoreError(
                f"Another bot is using {path.parent}: stop it, or set LYRICS_DATA_DIR to another folder."
            ) from None
        except NewerDatabaseError as error:
            raise StoreError(
                f"{path} was written by a newer version of the bot ({error}): "
                "start that version, or set LYRICS_DATA_DIR to another folder."
            ) from None
        except (OSError, sqlite3.Error) as error:
            raise explained(error, path) from error
        log.info("opened %s with SQLite %s", path, sqlite3.sqlite_version)
        yield Database(path, writer, reader)


def _check_not_newer(path: Path) -> None:
    """Refuse a file from a newer version of the bot before anything about it is changed."""
    if path.is_file() and path.stat().st_size > 0:
        with closing(open_read_only(path)) as connection:
            check_not_newer(version_of(connection), newest_version())


def _keep_from_others(path: Path) -> None:
    """Allow only the bot's own account to read the database; SQLite gives its log files the same permissions."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if file.exists():
            file.chmod(0o600)


def _prepare_writer(connection: sqlite3.Connection, path: Path) -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise sqlite3.NotSupportedError(f"this Python has SQLite {sqlite3.sqlite_version}; {needed} or newer is needed")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # has an effect only on a new file, before its first page
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an acknowledged job survives a power failure
    connection.execute("PRAGMA secure_delete = ON")  # nothing deleted lingers in free pages
    _prepare(connection)
    backup.back_up_before_migration(connection, path, newest_version())
    migrate(connection)


def _prepare_reader(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
    _prepare(connection)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_TIMEOUT_SECONDS * 1000)}")
    connection.row_factory = sqlite3.Row


async def _run(connection: aiosqlite.Connection, begin: str, work: Callable[[sqlite3.Connection], T]) -> T:
    def transaction(thread_connection: sqlite3.Connection) -> T:
        thread_connection.execute(begin)
        try:
            result = work(thread_connection)
            thread_connection.execute("COMMIT")
        except BaseException:
            if thread_connection.in_transaction:  # SQLite itself rolls back on some errors
                thread_connection.execute("ROLLBACK")
            raise
        return result

    return await _on_thread(connection, transaction)


async def _on_thread(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    # aiosqlite has no public way to run a callable on its thread; its own methods are all made of this one.
    result: T = await connection._execute(lambda: work(connection._conn))  # type: ignore[no-untyped-call]
    return result
