"""Songs on Discord: shown while they are composed, with buttons that work after any restart."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Self, TypeAlias

import discord

from bot.discord_app import answering, song_message
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import Button, MessageBody
from bot.discord_app.pacing import SECONDS_BETWEEN_EDITS, paced
from bot.discord_app.persistent_button import SNOWFLAKE, PersistentButton
from bot.discord_app.song_files import Card, WholeSong
from bot.services import Continuation, Song, SongSoFar, SungAgain

SECONDS_BEFORE_DEFERRING = 0.25
"""A refusal comes at once, and so do most first lines: both are better first answers than a thinking bot."""


Parts: TypeAlias = AsyncGenerator[SongSoFar | Song, None]


async def show(interaction: Interaction, song: Parts, *, private: bool) -> None:
    """Answer with a song, line by line as it comes; whatever ends this early stops the composing as well.

    Raises:
        Refusal: if the services refuse the song.
    """

    async def send(body: MessageBody) -> int | None:
        return await answering.send(interaction, body, ephemeral=private)

    async def defer() -> None:
        await answering.defer(interaction, ephemeral=private)

    finished, message_id = await _follow(interaction, song, send, defer)
    if message_id is not None and not private:
        await interaction.client.services.lyrics.remember_message(finished.request_id, message_id)


async def grow(interaction: Interaction, song: Parts, grows: Song) -> None:
    """Answer a button below a song by letting its own message grow; where that fails, it shows the song as it was.

    Raises:
        Refusal: if the services refuse the song.
    """

    async def update(body: MessageBody) -> None:
        await answering.update(interaction, body)

    async def defer() -> None:
        await answering.defer_update(interaction)

    try:
        await _follow(interaction, song, update, defer, grows)
    except BaseException:
        if interaction.response.is_done():
            with suppress(*answering.UNDELIVERED):
                await answering.edit(interaction, finished_body(grows, interaction))
        raise


async def _follow(
    interaction: Interaction,
    song: Parts,
    answer: Callable[[MessageBody], Awaitable[int | None]] | Callable[[MessageBody], Awaitable[None]],
    defer: Callable[[], Awaitable[None]],
    grows: Song | None = None,
) -> tuple[Song, int | None]:
    """Answer with the first part, or defer if that takes long, and show all that follow by edits.

    Return the finished song and the id of its message, where that is known.
    """
    last: SongSoFar | Song | None = None
    message_id: int | None = None

    def body(part: SongSoFar | Song) -> MessageBody:
        return (
            song_message.in_progress(part, grows) if isinstance(part, SongSoFar) else finished_body(part, interaction)
        )

    async with aclosing(paced(song, SECONDS_BETWEEN_EDITS)) as parts:
        first = asyncio.ensure_future(anext(parts))
        try:
            await asyncio.wait({first}, timeout=SECONDS_BEFORE_DEFERRING)
            if first.done():
                last = first.result()
                message_id = await answer(body(last))
            else:
                await defer()
                last = await first
                message_id = (await answering.edit(interaction, body(last))).id
        finally:
            # A generator that is still running cannot be closed.
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        async for last in parts:
            message_id = (await answering.edit(interaction, body(last))).id
    assert isinstance(last, Song), "a song ends with the finished song"
    return last, message_id


def finished_body(song: Song, interaction: Interaction) -> MessageBody:
    """Show a finished song with its buttons."""
    first_row: list[Button] = [Again(song.request_id), Continue(song.request_id)]
    if not song.private and interaction.client.services.settings.history_days:
        first_row.append(Like(song.request_id, song.likes))
    second_row = [WholeSong(song.request_id), Card(song.request_id), Delete(song.request_id, song.asked_by)]
    return song_message.finished(song, [first_row, second_row])


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
        """Answer with a new message, another take."""
        asker, lyrics = asker_of(interaction), interaction.client.services.lyrics
        private = await lyrics.is_private(asker, _is_private(interaction))
        await show(interaction, lyrics.sing(asker, SungAgain(self.request_id)), private=private)


class Continue(PersistentButton, template=f"song:continue:(?P<request>{SNOWFLAKE})"):
    """Sings the lines that follow."""

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
        """Let the song's message grow; where it is full, answer with a message of the next part."""
        asker, lyrics = asker_of(interaction), interaction.client.services.lyrics
        song = await lyrics.recall(asker, self.request_id)
        if song_message.has_room(song):
            await grow(interaction, lyrics.sing(asker, Continuation(self.request_id, in_place=True)), song)
            return
        private = await lyrics.is_private(asker, _is_private(interaction))
        await show(interaction, lyrics.sing(asker, Continuation(self.request_id)), private=private)


class Like(PersistentButton, template=f"song:like:(?P<request>{SNOWFLAKE})"):
    """Gives the presser's vote to the song, or withdraws it."""

    label = ""
    emoji = "👍"

    def __init__(self, request_id: int, likes: int = 0) -> None:
        """Remember the song, and show how many like it."""
        super().__init__(f"song:like:{request_id}", label=str(likes) if likes else None)
        self.request_id = request_id

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the song from the custom id."""
        return cls(int(match["request"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Count the vote, and show the new number."""
        song = await interaction.client.services.lyrics.like(asker_of(interaction), self.request_id)
        await answering.update(interaction, finished_body(song, interaction))


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
