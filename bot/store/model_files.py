"""Which model files have been imported, by name."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store import times


@dataclass(frozen=True)
class ModelFile:
    """A file that was imported."""

    source: str
    """`own` for the data folder, `shipped` for what comes with the bot."""
    name: str
    sha256: str
    modified_ns: int
    artist_id: int | None
    """None after the artist was forgotten."""


def all_of(connection: sqlite3.Connection) -> list[ModelFile]:
    """List all files that were imported."""
    rows = connection.execute("SELECT source, name, sha256, modified_ns, artist_id FROM model_files")
    return [ModelFile(row["source"], row["name"], row["sha256"], row["modified_ns"], row["artist_id"]) for row in rows]


def remember(connection: sqlite3.Connection, file: ModelFile, now: datetime) -> None:
    """Note that a file has been imported, replacing any entry of that name."""
    connection.execute(
        """INSERT OR REPLACE INTO model_files (source, name, sha256, modified_ns, artist_id, taken_in_at)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (file.source, file.name, file.sha256, file.modified_ns, file.artist_id, times.to_text(now)),
    )


def forget(connection: sqlite3.Connection, file: ModelFile) -> None:
    """Delete the entry of a file."""
    connection.execute("DELETE FROM model_files WHERE source = ? AND name = ?", (file.source, file.name))


def was_known_by_content(connection: sqlite3.Connection, sha256: str) -> bool:
    """Return whether an earlier version of the bot, which did not store names, imported a file with this content."""
    return connection.execute("SELECT 1 FROM earlier_model_files WHERE sha256 = ?", (sha256,)).fetchone() is not None


def is_shipped(connection: sqlite3.Connection, artist_id: int) -> bool:
    """Return whether an artist comes with the bot."""
    query = "SELECT 1 FROM model_files WHERE artist_id = ? AND source = 'shipped'"
    return connection.execute(query, (artist_id,)).fetchone() is not None


def own_of_artist(connection: sqlite3.Connection, artist_id: int) -> list[str]:
    """List the files in the operator's data folder that an artist was imported from, by name."""
    query = "SELECT name FROM model_files WHERE artist_id = ? AND source = 'own' ORDER BY name"
    return [row["name"] for row in connection.execute(query, (artist_id,))]
