"""Registers the commands with Discord, but only if they differ from those registered last."""

import asyncio
import hashlib
import json
import logging
from itertools import chain, repeat

import discord
from discord import app_commands

from bot.discord_app.answering import UNDELIVERED
from bot.discord_app.registered_commands import RegisteredCommands

_SECONDS_BEFORE_RETRIES = (10, 60, 600, 3600)

_log = logging.getLogger(__name__)


async def keep_registering(
    tree: app_commands.CommandTree[discord.Client], registered: RegisteredCommands, home_guild: int | None
) -> None:
    """Register the tree's commands globally, or with the home guild only, and retry until Discord accepts them.

    Meanwhile, members see the commands registered before, most of which still work.
    """
    arrange(tree, home_guild)
    for pause in chain(_SECONDS_BEFORE_RETRIES, repeat(_SECONDS_BEFORE_RETRIES[-1])):
        try:
            await register(tree, registered, home_guild)
            return
        except UNDELIVERED as error:
            hint = ""
            if home_guild is not None and isinstance(error, discord.Forbidden):
                hint = f"; is the bot in server {home_guild}, which LYRICS_HOME_GUILD names?"
            _log.warning("cannot register the commands; trying again in %d s: %s%s", pause, error, hint)
        await asyncio.sleep(pause)


def arrange(tree: app_commands.CommandTree[discord.Client], home_guild: int | None) -> None:
    """Assign the tree's commands to the home guild, if there is one."""
    if home_guild is not None:
        tree.copy_global_to(guild=discord.Object(home_guild))
        tree.clear_commands(guild=None)


async def register(
    tree: app_commands.CommandTree[discord.Client], registered: RegisteredCommands, home_guild: int | None
) -> None:
    """Register the scopes whose commands differ from those that Discord accepted last.

    A previous home guild loses its own commands, because its members would see every command twice.
    """
    home = None if home_guild is None else discord.Object(home_guild)
    for guild in (None,) if home is None else (None, home):
        scope = None if guild is None else guild.id
        digest = await _digest(tree, guild)
        if await registered.digest(scope) == digest:
            continue
        commands = await tree.sync(guild=guild)
        await registered.remember(scope, digest)
        _log.info("registered %d commands %s", len(commands), "globally" if scope is None else f"with guild {scope}")
    for guild_id in await registered.guilds():
        if guild_id != home_guild:
            await _withdraw(tree, registered, guild_id)


async def _withdraw(
    tree: app_commands.CommandTree[discord.Client], registered: RegisteredCommands, guild_id: int
) -> None:
    """Remove a guild's own commands."""
    try:
        await tree.sync(guild=discord.Object(guild_id))
    except (discord.Forbidden, discord.NotFound):
        _log.info("the bot has left guild %d, so its commands are gone too", guild_id)
    except discord.HTTPException as error:  # duplicate commands are no reason to fail
        _log.warning("could not withdraw the commands of guild %d; trying again at the next start: %s", guild_id, error)
        return
    else:
        _log.info("withdrew the commands of guild %d", guild_id)
    await registered.forget(guild_id)


async def _digest(
    tree: app_commands.CommandTree[discord.Client],
    guild: discord.Object | None,
) -> str:
    translator = tree.translator
    commands = tree.get_commands(guild=guild)
    payload = {
        # Another application registers its commands separately.
        "application": tree.client.application_id,
        "commands": [
            command.to_dict(tree) if translator is None else await command.get_translated_payload(tree, translator)
            for command in commands
        ],
    }
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
