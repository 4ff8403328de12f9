"""A guild's own settings."""

import sqlite3
from dataclasses import replace
from typing import Literal

from bot.services import visibility
from bot.services.asking import Asker, Refusal
from bot.services.rights import singer
from bot.store import guilds
from bot.store.database import Database
from bot.store.guilds import GuildSettings

__all__ = ["GuildSettings", "GuildsService"]


class GuildsService:
    """Reads and changes a guild's settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings(self, asker: Asker) -> GuildSettings:
        """Return the settings of the asker's guild.

        Raises:
            Refusal: outside of guilds, or without Manage Server.
        """
        guild_id = _guild_of(asker)
        return await self._database.read(lambda connection: _in_effect(connection, guild_id))

    async def change(
        self,
        asker: Asker,
        *,
        default_artist: str | None = None,
        language_filter: bool | Literal["default"] | None = None,
        channel_id: int | None = None,
    ) -> GuildSettings:
        """Change the settings that are not None, and return all of them.

        Args:
            asker: a member with Manage Server.
            default_artist: an artist that sings here, or "none" to go back to the default.
            language_filter: whether bad language is filtered, in every channel, or "default" to go back to the default.
            channel_id: the channel for songs, or 0 for every channel.

        Raises:
            Refusal: outside of guilds, without Manage Server, or if there is no such artist here.
        """
        guild_id = _guild_of(asker)

        def transaction(connection: sqlite3.Connection) -> GuildSettings:
            chosen = _in_effect(connection, guild_id)
            if default_artist is not None:
                chosen = replace(chosen, default_artist=_default_artist(connection, asker, default_artist))
            if language_filter is not None:
                chosen = replace(chosen, language_filter=None if language_filter == "default" else language_filter)
            if channel_id is not None:
                chosen = replace(chosen, channel_id=channel_id or None)
            guilds.keep(connection, guild_id, chosen)
            return chosen

        return await self._database.write(transaction)


def _guild_of(asker: Asker) -> int:
    if asker.guild_id is None:
        raise Refusal("/settings only works in a server.")
    if not asker.may_manage_guild:
        raise Refusal("Only members with Manage Server can see and change this server's settings.")
    return asker.guild_id


def _in_effect(connection: sqlite3.Connection, guild_id: int) -> GuildSettings:
    """Return a guild's settings, without a default artist that no longer sings here."""
    chosen = guilds.settings_of(connection, guild_id)
    sings = visibility.singer(connection, guild_id, chosen.default_artist) is not None
    return chosen if sings else replace(chosen, default_artist=None)


def _default_artist(connection: sqlite3.Connection, asker: Asker, name: str) -> str | None:
    return None if name.strip().casefold() == "none" else singer(connection, asker, name).name
