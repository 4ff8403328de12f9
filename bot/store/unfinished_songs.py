"""Songs that a message shows as being sung."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.store import times


@dataclass(frozen=True)
class StoredUnfinished:
    """An unfinished song, with what is needed to update its message and to sing it again."""

    id: int
    user_id: int
    guild_id: int
    """Or `OUTSIDE_GUILDS`."""
    channel_id: int | None
    message_id: int | None
    token: str | None
    """Of the interaction that the message answers; None after the message was updated."""
    artist: str
    wish: str
    """What was asked for, as JSON."""
    began_at: datetime


def add(connection: sqlite3.Connection, song: StoredUnfinished) -> int:
    """Store an unfinished song and return its id; `song.id` is ignored."""
    cursor = connection.execute(
        """INSERT INTO unfinished_songs (user_id, guild_id, channel_id, message_id, token, artist, wish, began_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            song.user_id,
            song.guild_id,
            song.channel_id,
            song.message_id,
            song.token,
            song.artist,
            song.wish,
            times.to_text(song.began_at),
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def by_id(connection: sqlite3.Connection, song_id: int) -> StoredUnfinished | None:
    """Return an unfinished song; None if it is gone."""
    found = _songs(connection.execute("SELECT * FROM unfinished_songs WHERE id = ?", (song_id,)))
    return found[0] if found else None


def to_be_mended(connection: sqlite3.Connection) -> list[StoredUnfinished]:
    """List the songs whose messages still show them as being sung, oldest first."""
    return _songs(connection.execute("SELECT * FROM unfinished_songs WHERE token IS NOT NULL ORDER BY id"))


def of_person(connection: sqlite3.Connection, user_id: int) -> list[StoredUnfinished]:
    """List the unfinished songs of a person, oldest first."""
    return _songs(connection.execute("SELECT * FROM unfinished_songs WHERE user_id = ? ORDER BY id", (user_id,)))


def shown_by(connection: sqlite3.Connection, song_id: int, message_id: int) -> None:
    """Store which message shows a song."""
    connection.execute("UPDATE unfinished_songs SET message_id = ? WHERE id = ?", (message_id, song_id))


def mended(connection: sqlite3.Connection, song_id: int) -> None:
    """Note that a song's message shows that it was interrupted."""
    connection.execute("UPDATE unfinished_songs SET token = NULL WHERE id = ?", (song_id,))


def delete(connection: sqlite3.Connection, song_id: int) -> None:
    """Delete a song that was finished, or whose message is gone."""
    connection.execute("DELETE FROM unfinished_songs WHERE id = ?", (song_id,))


def delete_of_person(connection: sqlite3.Connection, user_id: int) -> int:
    """Delete a person's unfinished songs; return how many."""
    return connection.execute("DELETE FROM unfinished_songs WHERE user_id = ?", (user_id,)).rowcount


def delete_before(connection: sqlite3.Connection, time: datetime) -> int:
    """Delete the unfinished songs that were begun before a time; return how many."""
    return connection.execute("DELETE FROM unfinished_songs WHERE began_at < ?", (times.to_text(time),)).rowcount


def _songs(rows: Iterable[sqlite3.Row]) -> list[StoredUnfinished]:
    return [
        StoredUnfinished(
            id=row["id"],
            user_id=row["user_id"],
            guild_id=row["guild_id"],
            channel_id=row["channel_id"],
            message_id=row["message_id"],
            token=row["token"],
            artist=row["artist"],
            wish=row["wish"],
            began_at=times.from_text(row["began_at"]),
        )
        for row in rows
    ]
