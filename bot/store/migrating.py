"""Brings a database up to date: numbered SQL files, with the version in PRAGMA user_version.

Each migration is committed together with its number, so that a start killed at any point can continue from there.
"""

import logging
import sqlite3
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"

log = logging.getLogger(__name__)


class NewerDatabaseError(Exception):
    """The database was written by a newer version of the bot."""


def migrate(connection: sqlite3.Connection, folder: Path = MIGRATIONS) -> int:
    """Apply the migrations that a database lacks, in order, and return its new version.

    Raises:
        NewerDatabaseError: if it has migrations that this version does not know.
    """
    migrations = _migrations(folder)
    version, newest = version_of(connection), max(migrations)
    check_not_newer(version, newest)
    for number in range(version + 1, newest + 1):
        script = migrations[number].read_text(encoding="utf-8")
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        log.info("database migrated to schema version %d", number)
    return newest


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of a database; 0 for an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_not_newer(version: int, newest: int) -> None:
    """Refuse a database that a newer version of the bot has written.

    Raises:
        NewerDatabaseError: if it has migrations that this version does not know.
    """
    if version > newest:
        raise NewerDatabaseError(f"schema version {version}; this one knows {newest}")


def newest_version(folder: Path = MIGRATIONS) -> int:
    """Return the newest schema version that this version of the bot knows."""
    return max(_migrations(folder))


def _migrations(folder: Path) -> dict[int, Path]:
    return {int(path.name.split("_")[0]): path for path in folder.glob("[0-9]*_*.sql")}
