"""The text that each artist is trained on."""

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.store import times
from lstm.text.summary import CorpusSummary


@dataclass(frozen=True)
class CorpusReport:
    """What was recognised in a corpus when it was read."""

    summary: CorpusSummary | None
    """None in reports of earlier versions of the bot, which kept a sentence instead."""
    first_lines: tuple[str, ...]
    """As used for training."""
    kinds: tuple[tuple[str, ...], ...]
    """The kind of each stanza ("verse", "chorus" ...), song by song."""

    @classmethod
    def from_json(cls, text: str) -> "CorpusReport":
        """Read what `keep` has stored."""
        stored = json.loads(text)
        return cls(
            _summary(stored.get("summary")),
            tuple(map(str, stored["first_lines"])),
            tuple(tuple(map(str, song)) for song in stored["kinds"]),
        )


def _summary(stored: dict[str, Any] | None) -> CorpusSummary | None:
    if stored is None:
        return None
    dresses, removed = tuple(map(str, stored["dresses"])), {str(kind): int(n) for kind, n in stored["removed"].items()}
    return CorpusSummary(
        songs=int(stored["songs"]),
        size=int(stored["size"]),
        encoding=str(stored["encoding"]),
        dresses=dresses,
        removed=removed,
        near_copies=int(stored["near_copies"]),
        left_out=int(stored.get("left_out", 0)),
        characters=None if stored.get("characters") is None else int(stored["characters"]),
    )


def keep(
    connection: sqlite3.Connection,
    artist_id: int,
    text: str,
    *,
    is_upload: bool,
    now: datetime,
    report: CorpusReport | None = None,
) -> None:
    """Store an artist's text, replacing the previous one."""
    data = text.encode()
    connection.execute(
        """INSERT INTO corpora (artist_id, text, sha256, bytes, is_upload, stored_at, report)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (artist_id) DO UPDATE SET text = excluded.text, sha256 = excluded.sha256,
            bytes = excluded.bytes, is_upload = excluded.is_upload, stored_at = excluded.stored_at,
            report = excluded.report""",
        (
            artist_id,
            text,
            hashlib.sha256(data).hexdigest(),
            len(data),
            is_upload,
            times.to_text(now),
            None if report is None else json.dumps(asdict(report), ensure_ascii=False),
        ),
    )


def set_aside(connection: sqlite3.Connection, artist_id: int) -> None:
    """Remember an artist's text, which is about to be replaced by that of a new job."""
    connection.execute("INSERT OR REPLACE INTO former_corpora SELECT * FROM corpora WHERE artist_id = ?", (artist_id,))


def drop_former(connection: sqlite3.Connection, artist_id: int) -> None:
    """Forget the text that was set aside: the job on the new one has succeeded."""
    connection.execute("DELETE FROM former_corpora WHERE artist_id = ?", (artist_id,))


def restore_former(connection: sqlite3.Connection) -> int:
    """Give the texts that were set aside back to the artists that have no live job any more; return how many."""
    former = connection.execute(
        """DELETE FROM former_corpora
        WHERE artist_id NOT IN (SELECT artist_id FROM jobs WHERE state IN ('queued', 'running')) RETURNING *"""
    ).fetchall()
    connection.executemany("INSERT OR REPLACE INTO corpora VALUES (?, ?, ?, ?, ?, ?, ?)", map(tuple, former))
    return len(former)


def report_of(connection: sqlite3.Connection, artist_id: int) -> CorpusReport | None:
    """Return what was recognised in an artist's text; None for texts stored by earlier versions of the bot."""
    row = connection.execute("SELECT report FROM corpora WHERE artist_id = ?", (artist_id,)).fetchone()
    return None if row is None or row["report"] is None else CorpusReport.from_json(row["report"])


def text_of(connection: sqlite3.Connection, artist_id: int) -> str | None:
    """Return an artist's text."""
    row = connection.execute("SELECT text FROM corpora WHERE artist_id = ?", (artist_id,)).fetchone()
    return None if row is None else row["text"]


def has_upload(connection: sqlite3.Connection, artist_id: int) -> bool:
    """Return whether an artist's text was uploaded; otherwise it came from a file of the data folder."""
    return (
        connection.execute("SELECT 1 FROM corpora WHERE artist_id = ? AND is_upload", (artist_id,)).fetchone()
        is not None
    )
