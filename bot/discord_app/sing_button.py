"""The button that asks an artist for a song, which the artist begins itself."""

import re
from typing import Self

import discord

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.discord_app import songs
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.persistent_button import PersistentButton
from bot.services import OwnWords


class Sing(PersistentButton, template=rf"artist:sing:(?P<artist>(?s:.){{1,{LONGEST_ARTIST_NAME}}})"):
    """Lets an artist sing, for whoever presses."""

    label = "Sing"
    style = discord.ButtonStyle.primary

    def __init__(self, artist: str) -> None:
        """Remember the artist's name, which fits a custom id."""
        super().__init__(f"artist:sing:{artist}")
        self.artist = artist

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the artist from the custom id."""
        return cls(match["artist"])

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a song."""
        asker, lyrics = asker_of(interaction), interaction.client.services.lyrics
        hidden = interaction.message is not None and interaction.message.flags.ephemeral
        private = await lyrics.is_private(asker, hidden)
        await songs.show(interaction, OwnWords(self.artist, private))
