"""The settings of each guild, and what has none."""

import sqlite3
from dataclasses import dataclass

from bot.store.artists import EVERYONE

OUTSIDE_GUILDS = 0
"""The guild id of songs and training jobs that were asked for in direct messages or at the console."""


@dataclass(frozen=True)
class GuildSettings:
    """A guild's settings, with defaults for those it has not changed."""

    default_artist: str | None = None
    """Who sings when no artist is named; None: LYRICS_DEFAULT_ARTIST."""
    language_filter: bool | None = None
    """None: on, except in age-restricted channels."""
    channel_id: int | None = None
    """The channel for songs, with its threads; elsewhere in the guild, a song is shown only to its asker. None: every
    channel."""


def settings_of(connection: sqlite3.Connection, guild_id: int) -> GuildSettings:
    """Return a guild's settings."""
    row = connection.execute("SELECT * FROM guilds WHERE id = ?", (guild_id,)).fetchone()
    if row is None:
        return GuildSettings()
    wanted = row["language_filter"]
    return GuildSettings(row["default_artist"], None if wanted is None else bool(wanted), row["channel_id"])


def default_artists(connection: sqlite3.Connection, guild_id: int) -> list[tuple[int, str]]:
    """List the default artist that this guild (or `EVERYONE`: each guild) has chosen, with the guild's id."""
    rows = connection.execute(
        "SELECT id, default_artist FROM guilds WHERE default_artist IS NOT NULL AND ? IN (id, ?)", (guild_id, EVERYONE)
    )
    return [(row["id"], row["default_artist"]) for row in rows]


def keep(connection: sqlite3.Connection, guild_id: int, settings: GuildSettings) -> None:
    """Store a guild's settings, replacing the previous ones."""
    connection.execute(
        "INSERT OR REPLACE INTO guilds (id, default_artist, language_filter, channel_id) VALUES (?, ?, ?, ?)",
        (guild_id, settings.default_artist, settings.language_filter, settings.channel_id),
    )
