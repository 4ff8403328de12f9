"""Artists: a guild's own, and everyone's."""

import sqlite3
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.store import times
from lstm.text.confusables import without_ignorable

EVERYONE = 0
"""The guild id of artists that every guild sees; elsewhere it stands for "outside of guilds"."""


@dataclass(frozen=True)
class StoredArtist:
    """An artist with what a list of artists shows of it."""

    id: int
    guild_id: int
    name: str
    key: str
    """What names are compared by."""
    singing_version_id: int | None
    """None until its first training has ended."""
    corpus_bytes: int | None
    bits_per_character: float | None
    rival_bits_per_character: float | None
    trained_at: datetime | None
    themes: str
    """Of the version that sings: words apart by spaces."""
    taste: str | None


def name_key(name: str) -> str:
    """Return what names are compared by: without case, compatibility forms, what is invisible and surrounding space."""
    whole = name.encode("utf-8", "replace").decode()  # half a surrogate pair is nothing that SQLite could hold
    folded = unicodedata.normalize("NFKC", without_ignorable(whole)).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


_SELECT = """
    SELECT artists.id, artists.guild_id, artists.name, artists.key, artists.singing_version_id,
           corpora.bytes AS corpus_bytes, versions.bits_per_character, versions.rival_bits_per_character,
           versions.published_at, versions.themes, versions.taste
    FROM artists
    LEFT JOIN corpora ON corpora.artist_id = artists.id
    LEFT JOIN versions ON versions.id = artists.singing_version_id
"""


def singing(connection: sqlite3.Connection, guild_id: int) -> list[StoredArtist]:
    """List exactly that guild's (or everyone's) artists that can sing, by name."""
    rows = connection.execute(
        f"{_SELECT} WHERE artists.guild_id = ? AND artists.singing_version_id IS NOT NULL ORDER BY artists.key",
        (guild_id,),
    )
    return [_artist(row) for row in rows]


def of_guild(connection: sqlite3.Connection, guild_id: int) -> list[StoredArtist]:
    """List exactly that guild's (or everyone's) artists, by name, whether they can sing or not."""
    rows = connection.execute(f"{_SELECT} WHERE artists.guild_id = ? ORDER BY artists.key", (guild_id,))
    return [_artist(row) for row in rows]


def by_id(connection: sqlite3.Connection, artist_id: int) -> StoredArtist | None:
    """Return an artist, unless it is gone."""
    row = connection.execute(f"{_SELECT} WHERE artists.id = ?", (artist_id,)).fetchone()
    return None if row is None else _artist(row)


def find(connection: sqlite3.Connection, guild_id: int, name: str) -> StoredArtist | None:
    """Find exactly that guild's (or everyone's) artist of a name, whether it can sing or not."""
    row = connection.execute(
        f"{_SELECT} WHERE artists.guild_id = ? AND artists.key = ?",
        (guild_id, name_key(name)),
    ).fetchone()
    return None if row is None else _artist(row)


def find_or_create(connection: sqlite3.Connection, guild_id: int, name: str, now: datetime) -> StoredArtist:
    """Find the artist, or make it with the name as given, stripped."""
    connection.execute(
        "INSERT INTO artists (guild_id, name, key, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (guild_id, name.strip(), name_key(name), times.to_text(now)),
    )
    artist = find(connection, guild_id, name)
    assert artist is not None
    return artist


def forget(connection: sqlite3.Connection, artist_id: int) -> None:
    """Delete an artist with its corpus, its versions and its jobs."""
    connection.execute("DELETE FROM artists WHERE id = ?", (artist_id,))


def _artist(row: sqlite3.Row) -> StoredArtist:
    return StoredArtist(
        id=row["id"],
        guild_id=row["guild_id"],
        name=row["name"],
        key=row["key"],
        singing_version_id=row["singing_version_id"],
        corpus_bytes=row["corpus_bytes"],
        bits_per_character=row["bits_per_character"],
        rival_bits_per_character=row["rival_bits_per_character"],
        trained_at=times.from_text_or_none(row["published_at"]),
        themes=row["themes"] or "",
        taste=row["taste"],
    )
