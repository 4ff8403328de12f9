"""Explains faults of the disk or the database file, in one sentence that says what to do."""

import errno
import os
import sqlite3
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_OF_THE_DISK = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_PERM,
}


class StoreError(Exception):
    """The database cannot be used; the message is one sentence for the operator."""

    def __init__(self, sentence: str, reason: str = "its database cannot be used") -> None:
        """Keep the sentence, and for everybody else a reason without paths."""
        super().__init__(sentence)
        self.reason = reason


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Return whether an error is caused by the disk or the file, not by a statement."""
    return _code(error) in _OF_THE_DISK


def explained(error: OSError | sqlite3.Error, path: Path) -> StoreError:
    """Explain an error that occurred while a database was opened or used."""
    number = error.errno if isinstance(error, OSError) else None
    code = None if isinstance(error, OSError) else _code(error)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        number = _state_of_disk(path.parent)  # SQLite does not say why the system refused
    if number in _FULL or code == sqlite3.SQLITE_FULL:
        return StoreError(
            f"The disk that holds {path} is full. Free some space; nothing stored is lost.",
            "its disk is full",
        )
    if number in _NO_LOCKS or code == sqlite3.SQLITE_PROTOCOL or _is_lock_fault(error):
        return StoreError(
            f"The disk that holds {path} does not support file locks, as is common on network drives. "
            "Set LYRICS_DATA_DIR to a folder on a local disk.",
            "its disk has no file locks",
        )
    if number in _READ_ONLY or code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(
            f"{path} cannot be written: the disk is read-only, or the file belongs to another account. "
            "Make it writable for the bot, or set LYRICS_DATA_DIR to another folder.",
            "its disk is read-only",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(
            f"{path} is damaged, or is not the bot's database. "
            "Restore a backup with `python -m bot restore FILE`, or move it away to start with an empty one.",
            "its database is damaged",
        )
    if code == sqlite3.SQLITE_BUSY:
        return StoreError(
            f"Another program keeps {path} locked. Close it and start the bot again.", "its database is locked"
        )
    return StoreError(f"{path} cannot be opened: {error}.", "its disk has a fault")


def _state_of_disk(folder: Path) -> int | None:
    """Return ENOSPC for a full disk, EROFS for a read-only one, otherwise None."""
    try:
        state = os.statvfs(folder)
    except OSError as error:
        return error.errno
    if state.f_flag & os.ST_RDONLY:
        return errno.EROFS
    return errno.ENOSPC if state.f_bavail == 0 else None


def _code(error: sqlite3.Error) -> int | None:
    """Return the primary result code; an extended one holds more detail in its higher bits."""
    code = getattr(error, "sqlite_errorcode", None)  # errors that Python itself raises lack it
    return None if code is None else code & 0xFF


def _is_lock_fault(error: OSError | sqlite3.Error) -> bool:
    faults = (sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_SHMLOCK)
    return getattr(error, "sqlite_errorcode", None) in faults
