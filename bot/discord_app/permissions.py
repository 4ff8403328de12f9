"""Turns the member behind an interaction into the `Asker` that the services know."""

import discord

from bot.discord_app.client import DELETIONS_BEFORE, Interaction
from bot.services import Asker

_MAY_BE_AGE_RESTRICTED = (
    discord.TextChannel,
    discord.VoiceChannel,
    discord.StageChannel,
    discord.ForumChannel,
    discord.Thread,
)


def asker_of(interaction: Interaction) -> Asker:
    """Describe the member behind an interaction, with the permissions that Discord itself resolved for it."""
    allowed = interaction.permissions
    # Only in a server that has the bot: elsewhere the bot is there for the user who installed it.
    manages_guild = (allowed.manage_guild or allowed.administrator) and interaction.is_guild_integration()
    return interaction.client.services.asker(
        user_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        parent_channel_id=interaction.channel.parent_id if isinstance(interaction.channel, discord.Thread) else None,
        may_manage_guild=manages_guild,
        may_manage_messages=allowed.manage_messages or allowed.administrator,
        in_age_restricted_channel=is_age_restricted(interaction.channel),
        deletions_before=interaction.extras.get(DELETIONS_BEFORE),
    )


def is_age_restricted(channel: object) -> bool:
    """Return whether a guild's channel, or the parent of a thread, is age-restricted; direct messages never are."""
    return isinstance(channel, _MAY_BE_AGE_RESTRICTED) and channel.is_nsfw()
