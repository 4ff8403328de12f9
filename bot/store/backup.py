"""Copies of the database: made while the bot runs or before a migration, and restored."""

import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.faults import StoreError, explained
from bot.store.instance_lock import InstanceLock, LockedError
from bot.store.migrating import newest_version, version_of
from bot.store.read_only import open_read_only

_OF_THE_BOT = {"artists", "jobs", "requests", "versions"}
"""Tables by which a database of the bot is recognised."""
_OF_THE_ARGUMENT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG}
"""Reasons why a file cannot be written for which another one has to be named."""

log = logging.getLogger(__name__)


class BackupError(Exception):
    """A file is not a backup, or cannot be written; the message is one sentence for the operator."""


@dataclass(frozen=True)
class BackedUp:
    """A backup that has been made."""

    size: int
    """In bytes."""
    has_replaced: bool
    """Whether there was an earlier backup of that name."""


@dataclass(frozen=True)
class Restored:
    """What a restored backup replaced."""

    moved_to: Path | None
    """Where the previous database is now; None if there was none."""


def back_up(path: Path, target: Path) -> BackedUp:
    """Copy a database, whether a bot has it open or not.

    Raises:
        BackupError: if there is no database, or the target is that database, or something else that is no earlier
            backup, or cannot be written.
        StoreError: if the disk is full or faulty.
    """
    with _examined(path):
        if not path.is_file():
            raise BackupError(f"There is no database at {path} yet, so there is nothing to back up.")
    with _examined(target):
        is_there = _check_target(path, target)
    try:
        with closing(open_read_only(path)) as source:
            copy(source, target)
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except OSError as error:
        if error.errno in _OF_THE_ARGUMENT:
            raise BackupError(f"{target} cannot be written: {error.strerror}.") from error
        raise explained(error, target) from error
    return BackedUp(target.stat().st_size, is_there)


def restore(file: Path, path: Path, now: datetime) -> Restored:
    """Replace a database with a backup; the database is kept under another name.

    The bot must not be running. Queued and running jobs of the backup start over.

    Raises:
        BackupError: if the file is not a backup, cannot be read, is damaged, or was made by a newer version of the bot.
        StoreError: if the bot is running, or the disk is full or faulty.
    """
    with _examined(file):
        _check(file)
    try:
        with InstanceLock(path.with_name(path.name + ".lock")):
            arriving = path.with_name(path.name + ".restoring")
            with closing(open_read_only(file)) as source:
                copy(source, arriving)
            moved_to = _move_aside(path, now)
            arriving.replace(path)
            _sync_folder(path.parent)
    except LockedError:
        raise StoreError(f"The bot is using {path.parent}. Stop it before you restore a backup.") from None
    except (OSError, sqlite3.Error) as error:
        raise explained(error, path) from error
    return Restored(moved_to)


def copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy an open database to a file that only its owner can read, and that appears once it is complete on disk."""
    partial = target.with_name(target.name + ".partial")
    with suppress(FileNotFoundError):
        partial.unlink()
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(partial, isolation_level=None)) as written:
            source.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")  # a single file, without a write-ahead log
            (found,) = written.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def back_up_before_migration(connection: sqlite3.Connection, path: Path, newest: int) -> None:
    """Copy a database that is about to be migrated; a new one, or one that is up to date, needs no copy."""
    version = version_of(connection)
    if 0 < version < newest:
        target = path.with_name(f"{path.name}.before-schema-{newest}")
        copy(connection, target)
        log.info("kept a copy of schema version %d as %s", version, target)


@contextmanager
def _examined(path: Path) -> Iterator[None]:
    """Refuse a file that the account may not read, or that cannot be opened for another reason."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise BackupError(f"{path} cannot be read: {error}.") from error


def _check_target(path: Path, target: Path) -> bool:
    """Refuse to overwrite anything but an earlier backup; return whether there is one."""
    if target.is_dir():
        raise BackupError(f"{target} is a folder; name the file, for example {target / 'backup.db'}.")
    is_there = target.exists()
    if is_there and target.samefile(path):
        raise BackupError(f"{target} is the database itself; name another file.")
    if is_there and not (target.is_file() and _is_of_the_bot(target)):
        raise BackupError(f"{target} already exists and is not a backup made by the bot; name another file.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}; create it first.")
    return is_there


def _is_of_the_bot(path: Path) -> bool:
    with _reading(path) as connection:
        return connection is not None and _tables(connection) >= _OF_THE_BOT


def _check(file: Path) -> None:
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    with _reading(file) as connection:
        if connection is None or not _tables(connection) >= _OF_THE_BOT:
            raise BackupError(f"{file} is not a backup made by the bot, or it is damaged.")
        version, newest = version_of(connection), newest_version()
        if version > newest:
            raise BackupError(
                f"{file} was made by a newer version of the bot (schema version {version}; this one knows {newest})."
            )
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            found = str(error)
        if found != "ok":
            raise BackupError(f"{file} is damaged ({' '.join(found.split())[:100]}); use another backup.")


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open a file that may not be a database; yield None in that case."""
    path.open("rb").close()  # which says why it is refused; SQLite does not
    connection = open_read_only(path)
    try:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            readable: sqlite3.Connection | None = connection
        except sqlite3.Error:
            readable = None
        yield readable
    finally:
        connection.close()


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _move_aside(path: Path, now: datetime) -> Path | None:
    """Move a database away, with its log files; `own_copies.delete_old` counts from now."""
    if not path.exists():
        return None
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # a damaged database keeps its log files
    to = path.with_name(f"{path.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    parts = [(path.with_name(path.name + suffix), to.with_name(to.name + suffix)) for suffix in ("-wal", "-shm", "")]
    present = [(part, target) for part, target in parts if part.exists()]
    for part, _ in present:  # first, so that everything is still in place if it is refused
        os.utime(part, (now.timestamp(), now.timestamp()))
    for part, target in present:
        part.replace(target)
    return to


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
