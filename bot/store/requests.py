"""Recorded songs and the requests for them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bot.store import times


@dataclass(frozen=True)
class StoredRequest:
    """A recorded song and what was asked for: a field for each column, of the same name."""

    id: int
    user_id: int
    guild_id: int
    """Or `OUTSIDE_GUILDS`."""
    channel_id: int | None
    artist: str
    seed: str
    text: str
    lines: int
    temperature: float
    rhyme: str
    private: bool
    random_seed: int
    seconds: float
    asked_at: datetime
    message_id: int | None = None
    """The public message that shows it; None if there is none, or it is not known yet."""
    continues: int | None = None
    """The request whose song this one continues; it may be gone."""
    part: int = 1
    """2 for the continuation of a song in a second message, and so on."""
    take: int = 1
    """2 for another song on the same seed, and so on."""
    copied_lines: int = 0
    rhymes_missed: int = 0
    form: str = "song"
    partner: str | None = None
    """The second artist, who sings every other stanza."""
    title_lines: int = 0
    """Lines at the top of the text that are its title, not sung."""


_COLUMNS = [each.name for each in fields(StoredRequest)]


def record(connection: sqlite3.Connection, request: StoredRequest) -> int:
    """Store a song and return its id; `request.id` is ignored."""
    values = {name: getattr(request, name) for name in _COLUMNS} | {"asked_at": times.to_text(request.asked_at)}
    del values["id"]
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    cursor = connection.execute(f"INSERT INTO requests ({columns}) VALUES ({marks})", values)  # noqa: S608 - no data
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def extend(connection: sqlite3.Connection, request: StoredRequest) -> bool:
    """Replace a song's text after more of it was composed; False if the song is gone."""
    return (
        connection.execute(
            "UPDATE requests SET text = ?, seconds = ?, copied_lines = ?, rhymes_missed = ? WHERE id = ?",
            (request.text, request.seconds, request.copied_lines, request.rhymes_missed, request.id),
        ).rowcount
        == 1
    )


def remember_message(connection: sqlite3.Connection, request_id: int, message_id: int | None) -> None:
    """Store which message shows a song; None after it was deleted."""
    connection.execute("UPDATE requests SET message_id = ? WHERE id = ?", (message_id, request_id))


def by_id(connection: sqlite3.Connection, request_id: int) -> StoredRequest | None:
    """Return a recorded song."""
    found = _requests(connection.execute("SELECT * FROM requests WHERE id = ?", (request_id,)))
    return found[0] if found else None


def of_person(connection: sqlite3.Connection, user_id: int) -> list[int]:
    """List the ids of all songs of a person, newest first."""
    rows = connection.execute("SELECT id FROM requests WHERE user_id = ?", (user_id,))
    return sorted((row["id"] for row in rows), reverse=True)


def by_ids(connection: sqlite3.Connection, ids: Sequence[int]) -> list[StoredRequest]:
    """Return the recorded songs with these ids that still exist, newest first."""
    rows = connection.execute(
        "SELECT * FROM requests WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC", (json.dumps(list(ids)),)
    )
    return _requests(rows)


def count_here(connection: sqlite3.Connection, user_id: int, guild_id: int) -> int:
    """Count a person's songs in one guild, or outside of guilds."""
    count: int = connection.execute(
        "SELECT count(*) FROM requests WHERE user_id = ? AND guild_id = ?", (user_id, guild_id)
    ).fetchone()[0]
    return count


def page_here(
    connection: sqlite3.Connection, user_id: int, guild_id: int, *, offset: int, limit: int
) -> list[StoredRequest]:
    """List a page of a person's songs in one guild, or outside of guilds, newest first."""
    return _requests(
        connection.execute(
            "SELECT * FROM requests WHERE user_id = ? AND guild_id = ? ORDER BY id DESC LIMIT ? OFFSET ?",
            (user_id, guild_id, limit, offset),
        )
    )


def delete(connection: sqlite3.Connection, request_id: int) -> None:
    """Delete one recorded song."""
    connection.execute("DELETE FROM requests WHERE id = ?", (request_id,))


def delete_same(connection: sqlite3.Connection, request: StoredRequest) -> None:
    """Delete one song from a copy of the database, in which another song may have its id."""
    connection.execute(
        "DELETE FROM requests WHERE id = ? AND user_id = ? AND asked_at = ?",
        (request.id, request.user_id, times.to_text(request.asked_at)),
    )


def delete_of_person(connection: sqlite3.Connection, user_id: int) -> int:
    """Delete all songs of a person; return how many."""
    return connection.execute("DELETE FROM requests WHERE user_id = ?", (user_id,)).rowcount


def delete_before(connection: sqlite3.Connection, time: datetime) -> int:
    """Delete the songs asked for before a time; return how many."""
    return connection.execute("DELETE FROM requests WHERE asked_at < ?", (times.to_text(time),)).rowcount


def _requests(rows: Iterable[sqlite3.Row]) -> list[StoredRequest]:
    return [StoredRequest(**_values(row)) for row in rows]


def _values(row: sqlite3.Row) -> dict[str, Any]:
    values = {name: row[name] for name in _COLUMNS}
    return values | {"private": bool(row["private"]), "asked_at": times.from_text(row["asked_at"])}
