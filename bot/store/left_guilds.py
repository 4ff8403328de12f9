"""Guilds that the bot has left, and everything stored about a guild."""

import sqlite3
from collections.abc import Callable, Collection
from datetime import datetime

from bot.store import corpora, times

_EVERYTHING = (
    "DELETE FROM artists WHERE guild_id = ?",
    "DELETE FROM jobs WHERE guild_id = ?",  # those of shared artists
    "DELETE FROM requests WHERE guild_id = ?",
    "DELETE FROM asked_trainings WHERE guild_id = ?",
    "DELETE FROM unfinished_songs WHERE guild_id = ?",
    "DELETE FROM guilds WHERE id = ?",
    "DELETE FROM registrations WHERE scope = ?",
    "DELETE FROM left_guilds WHERE guild_id = ?",
)


def with_data(connection: sqlite3.Connection) -> list[int]:
    """List the guilds that have artists, training jobs or settings of their own.

    Songs do not count: users who have installed the bot for themselves sing in guilds that it never joined.
    """
    rows = connection.execute(
        "SELECT guild_id FROM artists UNION SELECT guild_id FROM jobs UNION SELECT id FROM guilds ORDER BY 1"
    )
    return [row["guild_id"] for row in rows if row["guild_id"]]


def left(connection: sqlite3.Connection, guild_id: int, now: datetime) -> bool:
    """Note that the bot has left a guild; False if that was already noted."""
    return (
        connection.execute(
            "INSERT INTO left_guilds (guild_id, left_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (guild_id, times.to_text(now)),
        ).rowcount
        == 1
    )


def returned(connection: sqlite3.Connection, guild_ids: Collection[int]) -> int:
    """Note that the bot is in some guilds; return how many of them it had left."""
    gone = {row["guild_id"] for row in connection.execute("SELECT guild_id FROM left_guilds")}
    back = gone.intersection(guild_ids)
    connection.executemany("DELETE FROM left_guilds WHERE guild_id = ?", [(guild_id,) for guild_id in back])
    return len(back)


def left_before(connection: sqlite3.Connection, time: datetime) -> list[int]:
    """List the guilds that the bot left by a time."""
    rows = connection.execute("SELECT guild_id FROM left_guilds WHERE left_at <= ?", (times.to_text(time),))
    return [row["guild_id"] for row in rows]


def deletions(guild_id: int) -> list[Callable[[sqlite3.Connection], int]]:
    """Return the functions that delete everything stored about a guild, artists first; each returns a row count.

    The last gives back to shared artists the texts that the guild's jobs have replaced.
    """

    def of(statement: str) -> Callable[[sqlite3.Connection], int]:
        return lambda connection: connection.execute(statement, (guild_id,)).rowcount

    return [*(of(statement) for statement in _EVERYTHING), corpora.restore_former]
