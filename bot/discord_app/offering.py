"""Where and to whom a command is offered; the services check rights again."""

from typing import Any, TypeVar

import discord
from discord import app_commands

AnyCommand = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu
Offered = TypeVar("Offered", bound=AnyCommand)


def everywhere(command: Offered) -> Offered:
    """Offer a command to everyone: in guilds, in direct messages, and wherever a user has the bot installed."""
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return command


def in_servers(command: Offered) -> Offered:
    """Offer a command to everyone, but not in direct messages."""
    everywhere(command).allowed_contexts = app_commands.AppCommandContext(guild=True)
    return command


def to_managers(command: Offered) -> Offered:
    """Offer a command to members with Manage Server, in guilds that have the bot.

    A guild's administrators can still offer it to others.
    """
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
    command.allowed_contexts = app_commands.AppCommandContext(guild=True)
    command.guild_only = True
    command.default_permissions = discord.Permissions(manage_guild=True)
    return command


def is_for_managers(command: AnyCommand) -> bool:
    """Return whether a command is offered to members with Manage Server only."""
    return command.default_permissions is not None
