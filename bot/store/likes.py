"""Who likes which song: one vote per person and song."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store import times


@dataclass(frozen=True)
class StoredLike:
    """One person's vote for a song."""

    request_id: int
    user_id: int
    liked_at: datetime


def toggle(connection: sqlite3.Connection, request_id: int, user_id: int, now: datetime) -> bool:
    """Add a person's vote for a song, or withdraw it; return whether they now like the song."""
    withdrawn = connection.execute(
        "DELETE FROM likes WHERE request_id = ? AND user_id = ?", (request_id, user_id)
    ).rowcount
    if withdrawn:
        return False
    connection.execute("INSERT INTO likes VALUES (?, ?, ?)", (request_id, user_id, times.to_text(now)))
    return True


def count(connection: sqlite3.Connection, request_id: int) -> int:
    """Count the votes for a song."""
    number: int = connection.execute("SELECT count(*) FROM likes WHERE request_id = ?", (request_id,)).fetchone()[0]
    return number


def most_liked(connection: sqlite3.Connection, guild_id: int, since: datetime, limit: int) -> list[tuple[int, int]]:
    """List a guild's most liked songs since a time as (request id, votes), without private ones."""
    rows = connection.execute(
        """SELECT requests.id, count(*) AS votes FROM likes JOIN requests ON requests.id = likes.request_id
        WHERE requests.guild_id = ? AND NOT requests.private AND likes.liked_at >= ?
        GROUP BY requests.id ORDER BY votes DESC, requests.id DESC LIMIT ?""",
        (guild_id, times.to_text(since), limit),
    )
    return [(row["id"], row["votes"]) for row in rows]


def delete_of_song(connection: sqlite3.Connection, request_id: int) -> None:
    """Delete all votes for a song."""
    connection.execute("DELETE FROM likes WHERE request_id = ?", (request_id,))


def of_person(connection: sqlite3.Connection, user_id: int) -> list[StoredLike]:
    """List a person's votes, oldest first."""
    rows = connection.execute("SELECT * FROM likes WHERE user_id = ? ORDER BY liked_at", (user_id,))
    return [StoredLike(row["request_id"], row["user_id"], times.from_text(row["liked_at"])) for row in rows]


def delete_of_person(connection: sqlite3.Connection, user_id: int) -> int:
    """Delete all votes of a person; return how many."""
    return connection.execute("DELETE FROM likes WHERE user_id = ?", (user_id,)).rowcount
