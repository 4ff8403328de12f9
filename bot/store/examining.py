"""Examines a database without changing it; the bot may be running."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store import artists, versions
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.read_only import open_read_only

_PROBLEMS_SHOWN = 3


@dataclass(frozen=True)
class Examined:
    """What an examination found."""

    schema_version: int
    problems: tuple[str, ...]
    """The first problems that SQLite's own check found; empty for a sound file."""
    everyones: tuple[StoredArtist, ...] = ()
    """The shared artists that can sing; empty if the schema is not this version's."""
    artists: int = 0
    """How many artists can sing, shared ones and those of all guilds."""


def examine(path: Path, known_schema_version: int) -> Examined:
    """Check a database file.

    Raises:
        sqlite3.Error: if it is not a database, or cannot be read.
    """
    with _reading(path) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        found = [row[0] for row in connection.execute(f"PRAGMA quick_check({_PROBLEMS_SHOWN})")]
        problems = tuple(" ".join(problem.split()) for problem in found if problem != "ok")
        if problems or version != known_schema_version:
            return Examined(version, problems)
        everyones = tuple(artists.singing(connection, EVERYONE))
        (count,) = connection.execute("SELECT count(*) FROM artists WHERE singing_version_id IS NOT NULL").fetchone()
        return Examined(version, problems, everyones, count)


def singing_weights(path: Path) -> Iterator[tuple[str, int, bytes]]:
    """Yield the name, the number of the current version and its safetensors file, for every artist that can sing."""
    with _reading(path) as connection:
        rows = connection.execute(
            """SELECT artists.name, versions.number, versions.id
            FROM artists JOIN versions ON versions.id = artists.singing_version_id ORDER BY artists.id"""
        ).fetchall()
        for row in rows:
            weights = versions.weights(connection, row["id"])
            if weights is not None:  # deleted meanwhile
                yield row["name"], row["number"], weights


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_read_only(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection
