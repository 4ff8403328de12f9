"""The copies of the database that the bot makes by itself, before a migration or a restore.

They are kept for a while. What is deleted meanwhile is deleted from them, too.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

KEPT_DAYS = 30
_BESIDE = ("-wal", "-shm", "-journal")
"""Files that belong to a copy."""
_BUSY_TIMEOUT_SECONDS = 5.0

Deletion = Callable[[sqlite3.Connection], object]
"""Deletes rows of one table; called within a transaction."""

log = logging.getLogger(__name__)


def erase(path: Path, deletions: Sequence[Deletion], *, is_demanded: bool) -> None:
    """Carry out deletions in every copy next to a database.

    A copy may be of an earlier version that lacks a table, or the column by which rows are chosen: that deletion is
    skipped. (A test carries out all of them in every version that there was, so that none leaves anything behind.) A
    copy that cannot be changed is removed if somebody demanded the deletion; otherwise it is kept until it expires.
    """
    for copied in _copies(path):
        try:
            kept_since = copied.stat()
            _erase(copied, deletions)
            os.utime(copied, ns=(kept_since.st_atime_ns, kept_since.st_mtime_ns))  # `delete_old` counts from then
        except (OSError, sqlite3.Error) as error:
            if is_demanded:
                _remove(copied)
                log.warning("removed %s, because nothing could be deleted from it: %s", copied, error)


def delete_old(path: Path, now: datetime) -> int:
    """Delete old copies next to a database, and what interrupted copying has left; return how many."""
    deleted = 0
    for copied in _copies(path):
        with suppress(OSError):
            if now.timestamp() - copied.stat().st_mtime > timedelta(days=KEPT_DAYS).total_seconds():
                _remove(copied)
                deleted += 1
    for pattern in (f"{path.name}.before-*.partial", f"{path.name}.restoring*"):
        for left in path.parent.glob(pattern):  # the bot runs, so nobody is making one
            _remove(left)
            deleted += 1
    return deleted


def _copies(path: Path) -> list[Path]:
    beside = sorted(path.parent.glob(f"{path.name}.before-*"))
    return [copied for copied in beside if not copied.name.endswith((*_BESIDE, ".partial"))]


def _erase(copied: Path, deletions: Sequence[Deletion]) -> None:
    with closing(sqlite3.connect(copied, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = DELETE")  # nothing stays in a write-ahead log
        connection.execute("BEGIN IMMEDIATE")
        for deletion in deletions:
            try:
                deletion(connection)
            except sqlite3.OperationalError as error:
                if not str(error).startswith(("no such table", "no such column")):
                    raise
        connection.execute("COMMIT")


def _remove(copied: Path) -> None:
    for suffix in (*_BESIDE, ""):
        with suppress(OSError):
            copied.with_name(copied.name + suffix).unlink(missing_ok=True)
