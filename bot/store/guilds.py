"""What each guild has chosen."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class GuildSettings:
    """A guild's choices; the defaults where it has made none."""

    default_artist: str | None = None
    """Who sings when nobody is named; None: LYRICS_DEFAULT_ARTIST."""
    language_filter: bool | None = None
    """None: on, except in age-restricted channels."""
    channel_id: int | None = None
    """The channel for songs; elsewhere in the guild a song is shown to its asker only. None: every channel."""


def settings_of(connection: sqlite3.Connection, guild_id: int) -> GuildSettings:
    """Return a guild's choices."""
    row = connection.execute("SELECT * FROM guilds WHERE id = ?", (guild_id,)).fetchone()
    if row is None:
        return GuildSettings()
    wanted = row["language_filter"]
    return GuildSettings(row["default_artist"], None if wanted is None else bool(wanted), row["channel_id"])


def keep(connection: sqlite3.Connection, guild_id: int, settings: GuildSettings) -> None:
    """Store a guild's choices in place of those before."""
    connection.execute(
        "INSERT OR REPLACE INTO guilds (id, default_artist, language_filter, channel_id) VALUES (?, ?, ?, ?)",
        (guild_id, settings.default_artist, settings.language_filter, settings.channel_id),
    )
