"""What a message shows, apart from how it gets to Discord."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True)
class NamedFile:
    """A file to upload; kept as bytes, because Discord's own file object serves one attempt only."""

    name: str
    data: bytes


@dataclass(frozen=True)
class MessageBody:
    """A whole message: showing it replaces whatever the message showed before."""

    text: str | None = None
    embeds: Sequence[discord.Embed] = ()
    buttons: Sequence[discord.ui.DynamicItem[Any]] = ()
    files: Sequence[NamedFile] = ()

    def view(self) -> discord.ui.View | None:
        """Build the rows of buttons; None without buttons."""
        if not self.buttons:
            return None
        view = discord.ui.View(timeout=None)
        for button in self.buttons:
            view.add_item(button)
        # The buttons are recognised by their custom ids, in any process. A stopped view is sent like any other,
        # but discord.py keeps none of it in memory and starts no timer for it.
        view.stop()
        return view

    def uploads(self) -> list[discord.File]:
        """Build the files for one attempt to send them."""
        return [discord.File(io.BytesIO(file.data), filename=file.name) for file in self.files]
