"""The button that asks an artist for a song without a seed."""

import discord

from bot.discord_app import songs
from bot.discord_app.client import Interaction
from bot.discord_app.persistent_button import ArtistButton
from bot.services import OwnWords


class Sing(ArtistButton, prefix="artist:sing"):
    """Lets an artist sing, for whoever presses."""

    label = "Sing"
    style = discord.ButtonStyle.primary

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a song."""
        private = await songs.is_for_presser_only(interaction)
        await songs.show(interaction, OwnWords(self.artist, private))
