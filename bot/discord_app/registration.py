"""Registers the commands with Discord, but only where they differ from what was registered last."""

import hashlib
import json
import logging

import discord
from discord import app_commands

from bot.services import CommandRegistration
from bot.settings import SettingsError

_log = logging.getLogger(__name__)


async def register(
    tree: app_commands.CommandTree[discord.Client],
    registration: CommandRegistration,
    home_guild: int | None,
) -> None:
    """Register the tree's commands with every guild, or with the home guild alone.

    Raises:
        SettingsError: if the bot is not in the home guild.
    """
    home = None if home_guild is None else discord.Object(home_guild)
    if home is not None:
        tree.copy_global_to(guild=home)
        tree.clear_commands(guild=None)
    for guild in (None,) if home is None else (None, home):
        scope = None if guild is None else guild.id
        digest = _digest(tree, guild)
        if await registration.digest(scope) == digest:
            continue
        try:
            commands = await tree.sync(guild=guild)
        except discord.Forbidden:
            message = f"LYRICS_HOME_GUILD holds {scope}; it may hold the id of a guild that the bot is in, or nothing"
            raise SettingsError(message) from None
        await registration.remember(scope, digest)
        _log.info("registered %d commands %s", len(commands), "globally" if scope is None else f"with guild {scope}")


def _digest(
    tree: app_commands.CommandTree[discord.Client],
    guild: discord.Object | None,
) -> str:
    payload = {
        # Another application's commands are registered under another identifier.
        "application": tree.client.application_id,
        "commands": [command.to_dict(tree) for command in tree.get_commands(guild=guild)],
    }
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
