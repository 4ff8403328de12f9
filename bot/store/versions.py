"""Model versions: immutable once published; an artist points to its current one."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store import times
from lstm.model.record import TrainingRecord


@dataclass(frozen=True)
class NewVersion:
    """A trained model to be published."""

    weights: bytes
    """A safetensors file."""
    curve_png: bytes | None
    parameters: int
    corpus_sha256: str | None
    bits_per_character: float | None
    baseline_bits_per_character: float | None
    characters_seen: int | None
    training_seconds: float | None
    record: TrainingRecord | None = None
    """What the model's own record says about its training; announced when the version is published, not stored."""
    themes: str = ""
    """Words that its lines often end with, separated by spaces."""
    sample_lines: str | None = None
    """A few lines that it has sung."""
    trained_at: datetime | None = None
    """When its training ended, if its record says so."""


@dataclass(frozen=True)
class StoredVersion:
    """A published version, without its weights."""

    id: int
    number: int
    job_id: int | None
    """The job that produced it; None for a model file, or after the job is gone."""
    held_back: bool
    parameters: int
    weights_bytes: int
    corpus_sha256: str | None
    bits_per_character: float | None
    baseline_bits_per_character: float | None
    trained_at: datetime | None
    """None if that is not known."""


_SELECT = """
    SELECT id, number, job_id, held_back, parameters, length(weights) AS weights_bytes, corpus_sha256,
           bits_per_character, rival_bits_per_character AS baseline_bits_per_character, trained_at
    FROM versions
"""


def add(
    connection: sqlite3.Connection,
    artist_id: int,
    version: NewVersion,
    *,
    held_back: bool,
    job_id: int | None,
    now: datetime,
) -> StoredVersion:
    """Add a version under the artist's next number; it is not the current one yet.

    It has learned from the artist's text, unless it is a model file and the text an upload.
    """
    cursor = connection.execute(
        """INSERT INTO versions (artist_id, number, job_id, held_back, weights, curve, parameters, corpus_sha256,
            bits_per_character, rival_bits_per_character, characters_seen, training_seconds, published_at, themes,
            taste, trained_at, corpus_bytes)
        VALUES (:artist, (SELECT coalesce(max(number), 0) + 1 FROM versions WHERE artist_id = :artist),
            :job, :held_back, :weights, :curve, :parameters, :corpus, :bits, :baseline, :characters, :seconds, :now,
            :themes, :taste, :trained,
            (SELECT bytes FROM corpora WHERE artist_id = :artist AND (:job IS NOT NULL OR NOT is_upload)))""",
        {
            "artist": artist_id,
            "job": job_id,
            "held_back": held_back,
            "weights": version.weights,
            "curve": version.curve_png,
            "parameters": version.parameters,
            "corpus": version.corpus_sha256,
            "bits": version.bits_per_character,
            "baseline": version.baseline_bits_per_character,
            "characters": version.characters_seen,
            "seconds": version.training_seconds,
            "now": times.to_text(now),
            "themes": version.themes,
            "taste": version.sample_lines,
            "trained": None if version.trained_at is None else times.to_text(version.trained_at),
        },
    )
    return _version(connection.execute(f"{_SELECT} WHERE id = ?", (cursor.lastrowid,)).fetchone())


def let_sing(connection: sqlite3.Connection, artist_id: int, version_id: int) -> None:
    """Make a version the current one, which sings."""
    connection.execute("UPDATE artists SET singing_version_id = ? WHERE id = ?", (version_id, artist_id))


def singing(connection: sqlite3.Connection, artist_id: int) -> StoredVersion | None:
    """Return the current version."""
    row = connection.execute(
        f"{_SELECT} WHERE id = (SELECT singing_version_id FROM artists WHERE artists.id = ?)",  # noqa: S608
        (artist_id,),
    ).fetchone()
    return None if row is None else _version(row)


def of_artist(connection: sqlite3.Connection, artist_id: int) -> list[StoredVersion]:
    """List an artist's versions, newest first."""
    rows = connection.execute(f"{_SELECT} WHERE artist_id = ? ORDER BY number DESC", (artist_id,))
    return [_version(row) for row in rows]


def weights(connection: sqlite3.Connection, version_id: int) -> bytes | None:
    """Return a version's safetensors file; None if the version is gone."""
    row = connection.execute("SELECT weights FROM versions WHERE id = ?", (version_id,)).fetchone()
    return None if row is None else row["weights"]


def any_trained_here(connection: sqlite3.Connection) -> bool:
    """Return whether there is a version that did not come with the bot."""
    query = """SELECT EXISTS (SELECT 1 FROM versions WHERE job_id IS NOT NULL OR artist_id NOT IN
        (SELECT artist_id FROM model_files WHERE source = 'shipped' AND artist_id IS NOT NULL)) AS found"""
    return bool(connection.execute(query).fetchone()["found"])


def curve(connection: sqlite3.Connection, version_id: int) -> bytes | None:
    """Return a version's training curve as PNG."""
    row = connection.execute("SELECT curve FROM versions WHERE id = ?", (version_id,)).fetchone()
    return None if row is None else row["curve"]


def curve_of_job(connection: sqlite3.Connection, job_id: int) -> bytes | None:
    """Return the training curve of the version that a job published."""
    row = connection.execute("SELECT curve FROM versions WHERE job_id = ?", (job_id,)).fetchone()
    return None if row is None else row["curve"]


def keep_newest(connection: sqlite3.Connection, artist_id: int, count: int, before: int | None = None) -> int:
    """Delete an artist's oldest versions until `count` are left; return how many were deleted.

    The current version always stays, and so does `before`, the id of the previous one, so that one can go back.
    """
    return connection.execute(
        """DELETE FROM versions WHERE artist_id = :artist AND id IN (
            SELECT versions.id FROM versions JOIN artists ON artists.id = versions.artist_id
            WHERE artists.id = :artist
            ORDER BY versions.id IS artists.singing_version_id DESC, versions.id IS :before DESC, versions.number DESC
            LIMIT -1 OFFSET :count)""",
        {"artist": artist_id, "count": count, "before": before},
    ).rowcount


def _version(row: sqlite3.Row) -> StoredVersion:
    return StoredVersion(
        id=row["id"],
        number=row["number"],
        job_id=row["job_id"],
        held_back=bool(row["held_back"]),
        parameters=row["parameters"],
        weights_bytes=row["weights_bytes"],
        corpus_sha256=row["corpus_sha256"],
        bits_per_character=row["bits_per_character"],
        baseline_bits_per_character=row["baseline_bits_per_character"],
        trained_at=times.from_text_or_none(row["trained_at"]),
    )
