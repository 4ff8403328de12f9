"""Which model files have been taken in, by the hash of their content."""

import sqlite3
from datetime import datetime

from bot.store import times


def is_known(connection: sqlite3.Connection, sha256: str) -> bool:
    """Tell whether a file of this content was taken in before."""
    return connection.execute("SELECT 1 FROM model_files WHERE sha256 = ?", (sha256,)).fetchone() is not None


def remember(connection: sqlite3.Connection, sha256: str, now: datetime) -> bool:
    """Note that a file of this content is taken in; False if it was before."""
    return (
        connection.execute(
            "INSERT INTO model_files (sha256, taken_in_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (sha256, times.to_text(now)),
        ).rowcount
        == 1
    )
