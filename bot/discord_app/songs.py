"""Songs on Discord: shown while they are composed, with buttons that sing on."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Self

import discord

from bot.discord_app import answering, song_message
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.pacing import SECONDS_BETWEEN_EDITS, paced
from bot.discord_app.persistent_button import SNOWFLAKE, PersistentButton
from bot.services import Continuation, Song, SongSoFar, SungAgain

# A refusal comes at once, and so, mostly, do the first lines: both are better answered with than a thinking bot.
SECONDS_BEFORE_DEFERRING = 0.25


async def show(interaction: Interaction, song: AsyncGenerator[SongSoFar | Song, None], *, private: bool) -> None:
    """Answer with a song, line by line as it comes; whatever ends this early stops the composing as well.

    Raises:
        Refusal: if the services refuse the song.
    """
    async with aclosing(paced(song, SECONDS_BETWEEN_EDITS)) as parts:
        first = asyncio.ensure_future(anext(parts))
        try:
            await asyncio.wait({first}, timeout=SECONDS_BEFORE_DEFERRING)
            if first.done():
                await answering.send(interaction, _body(first.result(), interaction), ephemeral=private)
            else:
                await answering.defer(interaction, ephemeral=private)
                await answering.edit(interaction, _body(await first, interaction))
        finally:
            # A generator that is still running cannot be closed.
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        async for part in parts:
            await answering.edit(interaction, _body(part, interaction))


def _body(part: SongSoFar | Song, interaction: Interaction) -> MessageBody:
    if isinstance(part, SongSoFar):
        return song_message.in_progress(part)
    buttons = [Again(part.request_id), Continue(part.request_id), Delete(part.request_id, interaction.user.id)]
    return replace(song_message.finished(part), buttons=buttons)


class Again(PersistentButton, template=f"song:again:(?P<request>{SNOWFLAKE})"):
    """Sings another song on the same seed, for whoever presses."""

    label = "Again"
    style = discord.ButtonStyle.primary

    def __init__(self, request_id: int) -> None:
        """Remember the song."""
        super().__init__(f"song:again:{request_id}")
        self.request_id = request_id

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the song from the custom id."""
        return cls(int(match["request"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a new message."""
        asker, lyrics = asker_of(interaction), interaction.client.services.lyrics
        private = await lyrics.is_private(asker, _is_private(interaction))
        await show(interaction, lyrics.sing(asker, SungAgain(self.request_id)), private=private)


class Continue(PersistentButton, template=f"song:continue:(?P<request>{SNOWFLAKE})"):
    """Sings the lines that follow, for whoever presses."""

    label = "Continue"

    def __init__(self, request_id: int) -> None:
        """Remember the song."""
        super().__init__(f"song:continue:{request_id}")
        self.request_id = request_id

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the song from the custom id."""
        return cls(int(match["request"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a new message."""
        asker, lyrics = asker_of(interaction), interaction.client.services.lyrics
        private = await lyrics.is_private(asker, _is_private(interaction))
        await show(interaction, lyrics.sing(asker, Continuation(self.request_id)), private=private)


class Delete(PersistentButton, template=f"song:delete:(?P<request>{SNOWFLAKE}):(?P<asked_by>{SNOWFLAKE})"):
    """Takes the song away, for its asker and for members who may manage messages."""

    label = "Delete"
    style = discord.ButtonStyle.danger

    def __init__(self, request_id: int, asked_by: int) -> None:
        """Remember the song and whose it is: the record of it may be gone before the message."""
        super().__init__(f"song:delete:{request_id}:{asked_by}")
        self.request_id = request_id
        self.asked_by = asked_by

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the song and its asker from the custom id."""
        return cls(int(match["request"]), int(match["asked_by"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Delete the message, if this member may."""
        await interaction.client.services.lyrics.delete(asker_of(interaction), self.request_id, self.asked_by)
        await answering.delete(interaction)


def _is_private(interaction: Interaction) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral
