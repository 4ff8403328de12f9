"""Buttons that carry what they need in their custom id, and so work after any restart."""

import re
from typing import Any, ClassVar, Self

import discord

from bot import language
from bot.discord_app import answering, failures
from bot.discord_app.client import Interaction
from bot.language import tr

SNOWFLAKE = r"[0-8]?[0-9]{1,18}"
"""Matches an identifier of Discord, or of a row in the store: never more than the 63 bits that SQLite can hold."""


class PersistentButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button whose custom id tells all about it; subclasses name their template and what a press does."""

    label: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    emoji: ClassVar[str | None] = None

    def __init__(self, custom_id: str, label: str | None = None) -> None:
        """Build the button as it is sent, or as it is recognised by its custom id.

        Args:
            custom_id: what the template matches.
            label: in place of the label of all such buttons.
        """
        shown = (tr(self.label) if label is None else label) or None
        super().__init__(discord.ui.Button(label=shown, emoji=self.emoji, style=self.style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Recognise a button that some process once sent."""
        return cls.recognise(match)

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Build the button from its custom id."""
        raise NotImplementedError

    async def pressed(self, interaction: Interaction) -> None:
        """Do what the button says."""
        raise NotImplementedError

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says, and tell whoever pressed it if that fails; discord.py would only log it."""
        language.speak(interaction.locale.value)
        interaction.client.run_in_background(answering.acknowledge_in_time(interaction), "acknowledging a button")
        try:
            await self.pressed(interaction)
        except Exception as error:
            await failures.tell(interaction, error)
