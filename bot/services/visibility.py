"""Which artists a guild sees: its own and shared ones; its own if names clash."""

import sqlite3

from bot.store import artists
from bot.store.artists import EVERYONE, StoredArtist


def singing(connection: sqlite3.Connection, guild_id: int) -> list[StoredArtist]:
    """List the artists that a guild sees and that can sing, by name."""
    everyones = {artist.key: artist for artist in artists.singing(connection, EVERYONE)}
    own = {artist.key: artist for artist in artists.singing(connection, guild_id)}
    return [artist for _, artist in sorted((everyones | own).items())]


def of_guild(connection: sqlite3.Connection, guild_id: int) -> list[StoredArtist]:
    """List the artists that a guild sees, or will see once they have been trained."""
    everyones, own = artists.of_guild(connection, EVERYONE), artists.of_guild(connection, guild_id)
    return list({artist.key: artist for artist in (*everyones, *own)}.values())


def singer(connection: sqlite3.Connection, guild_id: int, name: str | None) -> StoredArtist | None:
    """Find the artist that a guild sees under a name if it can sing; None also if there is no name."""
    found = None if name is None else find(connection, guild_id, name)
    return None if found is None or found.singing_version_id is None else found


def find(connection: sqlite3.Connection, guild_id: int, name: str) -> StoredArtist | None:
    """Find the artist that a guild sees under a name.

    Its own artist hides a shared one, unless its own has yet to be trained and the shared one can already sing.
    """
    own, everyones = artists.find(connection, guild_id, name), artists.find(connection, EVERYONE, name)
    if own is not None and own.singing_version_id is None and everyones is not None:
        return everyones if everyones.singing_version_id is not None else own
    return own or everyones
