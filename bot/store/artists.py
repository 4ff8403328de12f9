"""Artists: a guild's own, and those that all guilds share."""

import sqlite3
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from bot.store import times
from lstm.text.confusables import without_ignorable

EVERYONE = 0
"""The guild id of artists that all guilds share; in other tables, 0 is `bot.store.guilds.OUTSIDE_GUILDS`."""


@dataclass(frozen=True)
class StoredArtist:
    """An artist, with what a list of artists shows about it."""

    id: int
    guild_id: int
    name: str
    key: str
    """The form of the name that is compared."""
    singing_version_id: int | None
    """None until a training job has succeeded."""
    corpus_bytes: int | None
    """Of the text that the current version learned from; None if that is not known."""
    bits_per_character: float | None
    baseline_bits_per_character: float | None
    trained_at: datetime | None
    """When the current version was trained; None if that is not known."""
    themes: str
    """Of the current version: words separated by spaces."""
    sample_lines: str | None


def name_key(name: str) -> str:
    """Return the form in which names are compared: no case, compatibility forms, invisible characters or margins."""
    whole = name.encode("utf-8", "replace").decode()  # SQLite cannot store half a surrogate pair
    folded = unicodedata.normalize("NFKC", without_ignorable(whole)).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


_SELECT = """
    SELECT artists.id, artists.guild_id, artists.name, artists.key, artists.singing_version_id,
           versions.corpus_bytes, versions.bits_per_character,
           versions.rival_bits_per_character AS baseline_bits_per_character, versions.trained_at,
           versions.themes, versions.taste
    FROM artists
    LEFT JOIN versions ON versions.id = artists.singing_version_id
"""


def singing(connection: sqlite3.Connection, guild_id: int) -> list[StoredArtist]:
    """List the artists of exactly that guild (or the shared ones) that can sing, by name."""
    rows = connection.execute(
        f"{_SELECT} WHERE artists.guild_id = ? AND artists.singing_version_id IS NOT NULL ORDER BY artists.key",
        (guild_id,),
    )
    return [_artist(row) for row in rows]


def count_visible(connection: sqlite3.Connection, guild_id: int) -> int:
    """Count the names under which a guild finds an artist that can sing: its own, or a shared one."""
    (count,) = connection.execute(
        "SELECT COUNT(DISTINCT key) FROM artists WHERE guild_id IN (?, ?) AND singing_version_id IS NOT NULL",
        (EVERYONE, guild_id),
    ).fetchone()
    return int(count)


def of_guild(connection: sqlite3.Connection, guild_id: int) -> list[StoredArtist]:
    """List the artists of exactly that guild (or the shared ones), by name, whether they can sing or not."""
    rows = connection.execute(f"{_SELECT} WHERE artists.guild_id = ? ORDER BY artists.key", (guild_id,))
    return [_artist(row) for row in rows]


def by_id(connection: sqlite3.Connection, artist_id: int) -> StoredArtist | None:
    """Return an artist; None if it is gone."""
    row = connection.execute(f"{_SELECT} WHERE artists.id = ?", (artist_id,)).fetchone()
    return None if row is None else _artist(row)


def find(connection: sqlite3.Connection, guild_id: int, name: str) -> StoredArtist | None:
    """Find an artist of exactly that guild (or a shared one) by name, whether it can sing or not."""
    row = connection.execute(
        f"{_SELECT} WHERE artists.guild_id = ? AND artists.key = ?",
        (guild_id, name_key(name)),
    ).fetchone()
    return None if row is None else _artist(row)


def find_or_create(connection: sqlite3.Connection, guild_id: int, name: str, now: datetime) -> StoredArtist:
    """Find the artist, or create it with the given name, stripped."""
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


def forget_named(connection: sqlite3.Connection, guild_id: int, key: str) -> None:
    """Delete the artist with a name, as `forget` does; in a copy of the database, it may have another id."""
    connection.execute("DELETE FROM artists WHERE guild_id = ? AND key = ?", (guild_id, key))


def _artist(row: sqlite3.Row) -> StoredArtist:
    return StoredArtist(
        id=row["id"],
        guild_id=row["guild_id"],
        name=row["name"],
        key=row["key"],
        singing_version_id=row["singing_version_id"],
        corpus_bytes=row["corpus_bytes"],
        bits_per_character=row["bits_per_character"],
        baseline_bits_per_character=row["baseline_bits_per_character"],
        trained_at=times.from_text_or_none(row["trained_at"]),
        themes=row["themes"] or "",
        sample_lines=row["taste"],
    )
