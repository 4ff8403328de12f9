"""How much a guild stores and has asked for."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store import times


@dataclass(frozen=True)
class UnsungArtist:
    """An artist with a stored text that cannot sing: no job has succeeded, or every version is held back."""

    name: str
    corpus_bytes: int
    stored_at: datetime
    versions: int
    """How many are kept; all of them are held back."""


def artists(connection: sqlite3.Connection, guild_id: int) -> int:
    """Count a guild's own artists."""
    return _number(connection, "SELECT count(*) FROM artists WHERE guild_id = ?", (guild_id,))


def stored_bytes(connection: sqlite3.Connection, guild_id: int) -> int:
    """Return the total size of the corpora, former ones included, and versions of a guild's own artists."""
    return _number(
        connection,
        """SELECT (SELECT coalesce(sum(corpora.bytes), 0) FROM corpora
                JOIN artists ON artists.id = corpora.artist_id WHERE artists.guild_id = :guild)
            + (SELECT coalesce(sum(former_corpora.bytes), 0) FROM former_corpora
                JOIN artists ON artists.id = former_corpora.artist_id WHERE artists.guild_id = :guild)
            + (SELECT coalesce(sum(length(weights) + coalesce(length(curve), 0)), 0) FROM versions
                JOIN artists ON artists.id = versions.artist_id WHERE artists.guild_id = :guild)""",
        {"guild": guild_id},
    )


def note_training(connection: sqlite3.Connection, guild_id: int, now: datetime) -> None:
    """Note that a guild asked for a training job."""
    connection.execute("INSERT INTO asked_trainings (guild_id, asked_at) VALUES (?, ?)", (guild_id, times.to_text(now)))


def trainings_since(connection: sqlite3.Connection, guild_id: int, time: datetime) -> list[datetime]:
    """List when a guild asked for training jobs after a time, oldest first."""
    rows = connection.execute(
        "SELECT asked_at FROM asked_trainings WHERE guild_id = ? AND asked_at > ? ORDER BY asked_at",
        (guild_id, times.to_text(time)),
    )
    return [times.from_text(row["asked_at"]) for row in rows]


def forget_trainings_until(connection: sqlite3.Connection, time: datetime) -> None:
    """Forget that guilds asked for training jobs up to a time."""
    connection.execute("DELETE FROM asked_trainings WHERE asked_at <= ?", (times.to_text(time),))


def unsung(connection: sqlite3.Connection, guild_id: int) -> list[UnsungArtist]:
    """List a guild's artists (or the shared ones) that have a text, cannot sing and are not being trained, by name."""
    rows = connection.execute(
        """SELECT artists.name, corpora.bytes, corpora.stored_at,
            (SELECT count(*) FROM versions WHERE versions.artist_id = artists.id) AS versions
        FROM artists JOIN corpora ON corpora.artist_id = artists.id
        WHERE artists.guild_id = ? AND artists.singing_version_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM jobs WHERE jobs.artist_id = artists.id AND jobs.state IN ('queued', 'running'))
        ORDER BY artists.key""",
        (guild_id,),
    )
    return [UnsungArtist(row["name"], row["bytes"], times.from_text(row["stored_at"]), row["versions"]) for row in rows]


def forget_unsung_before(connection: sqlite3.Connection, time: datetime) -> int:
    """Delete artists without a version whose text was stored before a time, unless they are being trained."""
    return connection.execute(
        """DELETE FROM artists WHERE singing_version_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.artist_id = artists.id)
            AND NOT EXISTS (SELECT 1 FROM jobs
                WHERE jobs.artist_id = artists.id AND jobs.state IN ('queued', 'running'))
            AND coalesce((SELECT stored_at FROM corpora WHERE corpora.artist_id = artists.id), created_at) < ?""",
        (times.to_text(time),),
    ).rowcount


def _number(connection: sqlite3.Connection, query: str, parameters: tuple[object, ...] | dict[str, object]) -> int:
    count: int = connection.execute(query, parameters).fetchone()[0]
    return count
