"""Who asks, told to the services in their own terms."""

from bot.discord_app.client import Interaction
from bot.services import Asker


def asker_of(interaction: Interaction) -> Asker:
    """Describe the member behind an interaction, with the permissions that Discord itself resolved for it."""
    allowed = interaction.permissions
    return interaction.client.services.asker(
        user_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        may_manage_guild=allowed.manage_guild or allowed.administrator,
        may_manage_messages=allowed.manage_messages or allowed.administrator,
    )
