"""The text that each artist is trained on."""

import hashlib
import sqlite3
from datetime import datetime

from bot.store import times


def keep(connection: sqlite3.Connection, artist_id: int, text: str, *, is_upload: bool, now: datetime) -> None:
    """Store an artist's text in place of the one before."""
    data = text.encode()
    connection.execute(
        """INSERT INTO corpora (artist_id, text, sha256, bytes, is_upload, stored_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (artist_id) DO UPDATE SET text = excluded.text, sha256 = excluded.sha256,
            bytes = excluded.bytes, is_upload = excluded.is_upload, stored_at = excluded.stored_at""",
        (artist_id, text, hashlib.sha256(data).hexdigest(), len(data), is_upload, times.to_text(now)),
    )


def text_of(connection: sqlite3.Connection, artist_id: int) -> str | None:
    """Return an artist's text."""
    row = connection.execute("SELECT text FROM corpora WHERE artist_id = ?", (artist_id,)).fetchone()
    return None if row is None else row["text"]


def has_upload(connection: sqlite3.Connection, artist_id: int) -> bool:
    """Tell whether an artist's text was uploaded, so that no file of the data folder stands behind it."""
    return (
        connection.execute("SELECT 1 FROM corpora WHERE artist_id = ? AND is_upload", (artist_id,)).fetchone()
        is not None
    )
