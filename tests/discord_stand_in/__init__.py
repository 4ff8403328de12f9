"""A local stand-in for Discord: gateway, REST API and CDN on loopback, which refuses what Discord refuses.

A test starts an unmodified discord.py process with ``DiscordStandIn.environment()``, then makes members act::

    async with DiscordStandIn() as discord:
        guild = discord.guild("Choir")
        anna = guild.member("anna")
        ...  # start the process
        await discord.bot_is_ready()
        interaction = await discord.slash(anna, "lyrics", {"seed": "I walk alone"})
        message = await interaction.message()
"""

from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.errors import ApiError
from tests.discord_stand_in.interactions import Interaction
from tests.discord_stand_in.messages import Edit, Message, Ping
from tests.discord_stand_in.registered_commands import NotOfferedError
from tests.discord_stand_in.stand_in import DiscordStandIn, Refusal
from tests.discord_stand_in.world import MANAGE_GUILD, MANAGE_MESSAGES, Channel, Guild, Member, User

__all__ = [
    "MANAGE_GUILD",
    "MANAGE_MESSAGES",
    "ApiError",
    "Channel",
    "DiscordStandIn",
    "Edit",
    "Guild",
    "Interaction",
    "Member",
    "Message",
    "NotOfferedError",
    "Ping",
    "Refusal",
    "Upload",
    "User",
]
