"""Buttons that carry everything they need in their custom id, and so keep working after a restart."""

import re
from typing import Any, ClassVar, Self

import discord

from bot import language
from bot.artist_name import LONGEST_ARTIST_NAME
from bot.discord_app import failures
from bot.discord_app.client import Interaction, admit
from bot.language import tr
from bot.snowflake import SNOWFLAKE

_NOTHING = r"(?!)"
"""The template of a base class: it matches no custom id."""


class PersistentButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=_NOTHING):
    """A button that is recognised by its custom id; subclasses name the template of that id and handle a press."""

    label: ClassVar[str]
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    emoji: ClassVar[str | None] = None

    def __init__(self, custom_id: str, label: str | None = None) -> None:
        """Build the button, to send it or because its custom id was recognised.

        Args:
            custom_id: must match the template.
            label: replaces the label of the class.
        """
        shown = (tr(self.label) if label is None else label) or None
        super().__init__(discord.ui.Button(label=shown, emoji=self.emoji, style=self.style, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Recognise a button that this or an earlier process sent."""
        return cls.recognise(match)

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Build the button from its custom id."""
        raise NotImplementedError

    async def pressed(self, interaction: Interaction) -> None:
        """Handle a press."""
        raise NotImplementedError

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Handle a press, and tell whoever pressed if that fails; discord.py would only log it."""
        language.speak(interaction.locale.value)
        if not await admit(interaction, "acknowledging a button"):
            return
        try:
            await self.pressed(interaction)
        except Exception as error:
            await failures.tell(interaction, error)


class PlainButton(PersistentButton, template=_NOTHING):
    """A button whose custom id is always the same."""

    _own_id: ClassVar[str]

    def __init_subclass__(cls, *, own_id: str) -> None:
        """Recognise `own_id`."""
        super().__init_subclass__(template=re.escape(own_id))
        cls._own_id = own_id

    def __init__(self) -> None:
        super().__init__(self._own_id)

    @classmethod
    def recognise(cls, _match: re.Match[str]) -> Self:
        """Build the button."""
        return cls()


class NumberButton(PersistentButton, template=_NOTHING):
    """A button whose custom id ends with a number: a song's id, a job's, an artist's, or a page."""

    _prefix: ClassVar[str]

    def __init_subclass__(cls, *, prefix: str | None = None) -> None:
        """Recognise `PREFIX:NUMBER`; None for a base class."""
        super().__init_subclass__(
            template=_NOTHING if prefix is None else f"{re.escape(prefix)}:(?P<number>{SNOWFLAKE})"
        )
        if prefix is not None:
            cls._prefix = prefix

    def __init__(self, number: int, label: str | None = None) -> None:
        """Put the number into the custom id; `label` replaces the label of the class."""
        super().__init__(f"{self._prefix}:{number}", label)
        self.number = number

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the number from the custom id."""
        return cls(int(match["number"]))


class PageButton(NumberButton):
    """A button that shows another page of a list in the same message."""

    label = ""

    @classmethod
    def around(cls, page: int, pages: int, *, before: str, after: str) -> list[Self]:
        """Return the buttons to the pages before and after page `page` of `pages`, with these labels."""
        buttons = [cls(page - 1, before)] if page > 1 else []
        return [*buttons, cls(page + 1, after)] if page < pages else buttons


class ArtistButton(PersistentButton, template=_NOTHING):
    """A button whose custom id ends with an artist's name, which is short enough to fit."""

    _prefix: ClassVar[str]

    def __init_subclass__(cls, *, prefix: str) -> None:
        """Recognise `PREFIX:NAME`."""
        super().__init_subclass__(template=rf"{re.escape(prefix)}:(?P<artist>(?s:.){{1,{LONGEST_ARTIST_NAME}}})")
        cls._prefix = prefix

    def __init__(self, artist: str) -> None:
        """Put the artist's name into the custom id."""
        super().__init__(f"{self._prefix}:{artist}")
        self.artist = artist

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the artist's name from the custom id."""
        return cls(match["artist"])
