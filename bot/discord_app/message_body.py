"""What a message shows, independent of how it is sent.

A message is either plain text, or a layout (Discord's Components V2): a box in an artist's colour with headings, text
beside buttons, rules and pictures. A layout may have at most 40 components and 4,000 characters of text, and a message
can never change from one kind to the other.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import discord

from bot.discord_app import markdown

MOST_TEXT = 4_000
"""Characters in all texts of a layout together."""
_CUT = "\n…"
"""Stands below a text that was shortened."""

Button: TypeAlias = discord.ui.DynamicItem[Any] | discord.ui.Button[Any]


@dataclass(frozen=True)
class NamedFile:
    """A file to upload; kept as bytes, because discord.py's file object can be sent only once."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Text:
    """A paragraph in Discord's Markdown."""

    markdown: str


@dataclass(frozen=True)
class TextBeside:
    """A paragraph with a button to the right of it."""

    markdown: str
    button: Button


@dataclass(frozen=True)
class Buttons:
    """Up to five buttons side by side."""

    buttons: Sequence[Button]


@dataclass(frozen=True)
class Rule:
    """A line between two parts."""


@dataclass(frozen=True)
class Picture:
    """One of the message's files, shown as a picture."""

    file_name: str
    description: str
    """Alternative text."""


@dataclass(frozen=True)
class Download:
    """One of the message's files, offered for download."""

    file_name: str


Block: TypeAlias = Text | TextBeside | Buttons | Rule | Picture | Download


@dataclass(frozen=True)
class MessageBody:
    """A whole message; showing it replaces the earlier content.

    Either `text`, with `buttons` below it, or `blocks`.
    """

    text: str | None = None
    buttons: Sequence[Button] = ()
    """Only with `text`; a layout has its buttons among its blocks."""
    blocks: Sequence[Block] = ()
    colour: discord.Colour | None = None
    """The accent colour of the box around the blocks."""
    files: Sequence[NamedFile] = ()
    """A layout shows only those that a block refers to."""

    def view(self) -> discord.ui.View | discord.ui.LayoutView | None:
        """Build the components for one attempt to send the message; None if there are none."""
        view: discord.ui.View | discord.ui.LayoutView
        if self.blocks:
            box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=self.colour)
            for block in _fitting(self.blocks):
                box.add_item(_component(block))
            view = discord.ui.LayoutView(timeout=None).add_item(box)
        elif self.buttons:
            view = _rows(self.buttons)
        else:
            return None
        # The buttons are recognised by their custom ids, in any process. A stopped view is sent like any other,
        # but discord.py does not keep it in memory or start a timer for it.
        view.stop()
        return view

    def uploads(self) -> list[discord.File]:
        """Build the files for one attempt to send the message."""
        return [discord.File(io.BytesIO(file.data), filename=file.name) for file in self.files]


def text_length(blocks: Iterable[Block]) -> int:
    """Count the characters that Discord limits."""
    return sum(len(block.markdown) for block in blocks if isinstance(block, Text | TextBeside))


def _fitting(blocks: Sequence[Block]) -> list[Block]:
    """Shorten the longest texts of a layout that has more text than Discord takes.

    Names, lines and titles of strangers are bounded one by one; all at their longest, with every character escaped,
    may be too much together.
    """
    fitting = list(blocks)
    while (excess := text_length(fitting) - MOST_TEXT) > 0:
        at, longest = max(
            ((k, block) for k, block in enumerate(fitting) if isinstance(block, Text | TextBeside)),
            key=lambda numbered: len(numbered[1].markdown),
        )
        text = longest.markdown
        room = max(len(text) - excess, len(text) // 2) - len(_CUT)
        fitting[at] = replace(longest, markdown=markdown.split(text, room)[0] + _CUT)
    return fitting


def _rows(buttons: Sequence[Button]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    return view


def _component(block: Block) -> discord.ui.Item[Any]:
    match block:
        case Text(markdown):
            return discord.ui.TextDisplay(markdown)
        case TextBeside(markdown, button):
            return discord.ui.Section(markdown, accessory=button)
        case Buttons(buttons):
            return discord.ui.ActionRow(*buttons)
        case Rule():
            return discord.ui.Separator()
        case Picture(file_name, description):
            return discord.ui.MediaGallery(
                discord.MediaGalleryItem(f"attachment://{file_name}", description=description)
            )
        case Download(file_name):
            return discord.ui.File(f"attachment://{file_name}")
