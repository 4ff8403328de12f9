"""Registers the commands with Discord, but only where they differ from what was registered last."""

import hashlib
import json
import logging

import discord
from discord import app_commands

from bot.discord_app.registered_commands import RegisteredCommands
from bot.settings import SettingsError

_log = logging.getLogger(__name__)


async def register(
    tree: app_commands.CommandTree[discord.Client],
    registered: RegisteredCommands,
    home_guild: int | None,
) -> None:
    """Register the tree's commands with every guild, or with the home guild alone.

    A guild that was home before loses its own: its members would see every command twice.

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
        if await registered.digest(scope) == digest:
            continue
        try:
            commands = await tree.sync(guild=guild)
        except discord.Forbidden:
            message = f"LYRICS_HOME_GUILD holds {scope}; it may hold the id of a guild that the bot is in, or nothing"
            raise SettingsError(message) from None
        await registered.remember(scope, digest)
        _log.info("registered %d commands %s", len(commands), "globally" if scope is None else f"with guild {scope}")
    for guild_id in await registered.guilds():
        if guild_id != home_guild:
            await _withdraw(tree, registered, guild_id)


async def _withdraw(
    tree: app_commands.CommandTree[discord.Client], registered: RegisteredCommands, guild_id: int
) -> None:
    """Take a guild's own commands away."""
    try:
        await tree.sync(guild=discord.Object(guild_id))
    except (discord.Forbidden, discord.NotFound):
        _log.info("the commands of guild %d went with the bot", guild_id)
    except discord.HTTPException as error:  # a doubled menu is no reason not to sing
        _log.warning("the commands of guild %d could not be withdrawn, the next start tries again: %s", guild_id, error)
        return
    else:
        _log.info("withdrew the commands of guild %d", guild_id)
    await registered.forget(guild_id)


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
