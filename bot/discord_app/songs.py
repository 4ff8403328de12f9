"""Songs on Discord: shown while they are composed, with buttons that keep working after a restart."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext, suppress
from dataclasses import replace
from typing import Self

import discord

from bot.discord_app import answering, song_message
from bot.discord_app.client import Interaction, LyricsClient
from bot.discord_app.jump import link
from bot.discord_app.message_body import Button, MessageBody
from bot.discord_app.pacing import SECONDS_BETWEEN_EDITS, paced
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import NumberButton, PersistentButton
from bot.discord_app.song_files import Card, WholeSong
from bot.language import language_of, speaking, tr
from bot.services import Continuation, Song, SongMessage, SongSoFar, StoreError, SungAgain, Wish
from bot.snowflake import SNOWFLAKE

SECONDS_BEFORE_DEFERRING = 0.25
"""A refusal comes at once, and so do most first lines; either is a better first answer than "is thinking"."""

_UNKNOWN_MESSAGE = 10008
_log = logging.getLogger(__name__)


async def show(interaction: Interaction, wish: Wish) -> None:
    """Answer with a song, line by line as it is composed; whatever ends this early also stops composing.

    Only the asker sees it if the wish is private.

    Raises:
        Refusal: if the services refuse the song.
    """

    async def send(body: MessageBody) -> int | None:
        return await answering.send(interaction, body, ephemeral=wish.private)

    async def defer() -> None:
        await answering.defer(interaction, ephemeral=wish.private)

    finished, message_id = await _follow(interaction, wish, send, defer)
    if message_id is not None:
        await interaction.client.services.lyrics.remember_message(finished.request_id, message_id)


async def grow(interaction: Interaction, grows: Song) -> None:
    """Answer a button below a song by continuing it in its own message; if that fails, the song is shown as it was.

    Raises:
        Refusal: if the services refuse the song.
    """

    async def update(body: MessageBody) -> None:
        await answering.update(interaction, body)

    async def defer() -> None:
        await answering.defer_update(interaction)

    wish = Continuation(grows.request_id, in_place=True, private=grows.private)
    with _as_shown(interaction):
        await _follow(interaction, wish, update, defer, grows)


def _as_shown(interaction: Interaction) -> AbstractContextManager[None]:
    """Keep the language of a message that everybody sees, whoever presses its buttons."""
    shown = set(_labels(interaction.message.components)) if interaction.message is not None else set()
    language = language_of(Again.label, shown)
    return nullcontext() if language is None else speaking(language)


def _labels(components: Sequence[object]) -> Iterator[str]:
    for component in components:
        if label := getattr(component, "label", None):
            yield label
        yield from _labels(getattr(component, "children", ()))


async def is_for_presser_only(interaction: Interaction) -> bool:
    """Return whether a song that a button asks for is private: if its own message is, or by the guild's settings."""
    asker, lyrics = asker_of(interaction), interaction.client.services.lyrics
    return await lyrics.is_private(asker, answering.is_ephemeral(interaction))


async def _follow(
    interaction: Interaction,
    wish: Wish,
    answer: Callable[[MessageBody], Awaitable[int | None]] | Callable[[MessageBody], Awaitable[None]],
    defer: Callable[[], Awaitable[None]],
    grows: Song | None = None,
) -> tuple[Song, int | None]:
    """Answer with the first part, or defer if that takes long, and show the parts that follow by edits.

    Return the finished song and the id of its message, if that is known and everybody can see it.
    """
    client, asker = interaction.client, asker_of(interaction)
    message_id: int | None = None

    def body(part: SongSoFar | Song) -> MessageBody:
        return song_message.in_progress(part, grows) if isinstance(part, SongSoFar) else finished_body(part, client)

    with client.singing():
        sung = client.services.lyrics.sing(asker, wish)
        async with aclosing(paced(sung, SECONDS_BETWEEN_EDITS)) as parts:
            first = asyncio.ensure_future(anext(parts))
            unfinished: int | None = None
            try:
                await asyncio.wait({first}, timeout=SECONDS_BEFORE_DEFERRING)
                is_deferred = not first.done()
                if is_deferred:
                    await defer()
                last = await first
                if isinstance(last, SongSoFar):
                    # Before anybody sees it, so that a crash right after leaves a message that can be updated.
                    unfinished = await _begin(interaction, wish, last, grows)
                if is_deferred:
                    message_id = answering.public_id(await answering.edit(interaction, body(last)))
                else:
                    message_id = await answer(body(last))
            except BaseException:
                await _end(client, unfinished)
                raise
            finally:
                # A running generator cannot be closed.
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
            if isinstance(last, Song):
                return last, message_id
            try:
                await _shown_by(client, unfinished, message_id)
                async for last in parts:
                    message_id = answering.public_id(await answering.edit(interaction, body(last)))
                assert isinstance(last, Song), "a song ends with the finished song"
            except BaseException as error:
                await _break_off(interaction, unfinished, last, grows, error)
                raise
            await _end(client, unfinished)
    return last, message_id


async def _begin(interaction: Interaction, wish: Wish, part: SongSoFar, grows: Song | None) -> int | None:
    """Store that a message is about to show a song in progress, in case of a crash; return the stored id."""
    grown = interaction.message.id if grows is not None and interaction.message is not None else None
    message = SongMessage(interaction.channel_id, grown, interaction.token)
    asker, unfinished = asker_of(interaction), interaction.client.services.unfinished
    try:
        return await unfinished.begin(asker, wish, part.artist, message)
    except StoreError as error:
        _log.warning("cannot store a song in progress. %s", error)
        return None


async def _shown_by(client: LyricsClient, unfinished: int | None, message_id: int | None) -> None:
    if unfinished is not None and message_id is not None:
        with suppress(StoreError):
            await client.services.unfinished.shown_by(unfinished, message_id)


async def _end(client: LyricsClient, unfinished: int | None) -> None:
    if unfinished is not None:
        with suppress(StoreError):
            await client.services.unfinished.end(unfinished)


async def _break_off(
    interaction: Interaction,
    unfinished: int | None,
    part: SongSoFar | Song,
    grows: Song | None,
    error: BaseException,
) -> None:
    """Show in its message that a song ended early, because it failed or because the bot stops."""
    services = interaction.client.services
    if grows is not None:
        body = finished_body(grows, interaction.client)
    else:
        buttons = [SingInterrupted(unfinished)] if unfinished is not None else []
        body = song_message.interrupted(part, buttons)
    try:
        await answering.edit(interaction, body)
    except (*answering.UNDELIVERED, RuntimeError):  # a RuntimeError: the connections are closed already
        if not isinstance(error, asyncio.CancelledError):
            await _end(interaction.client, unfinished)  # usually the message is gone
        return  # otherwise, the next start updates it
    if grows is not None:
        await _end(interaction.client, unfinished)
    elif unfinished is not None:
        with suppress(StoreError):
            await services.unfinished.mended(unfinished)


def copy_body(song: Song, client: LyricsClient) -> MessageBody:
    """Show a recorded song again; votes belong to the message that everybody sees, if there is one."""
    return finished_body(song, client, has_votes=song.message_id is None)


def finished_body(song: Song, client: LyricsClient, *, has_votes: bool = True) -> MessageBody:
    """Show a finished song with its buttons."""
    first_row: list[Button] = [Again(song.request_id), Continue(song.request_id)]
    if has_votes and not song.private and client.services.settings.history_days:
        first_row.append(Like(song.request_id, str(song.likes) if song.likes else None))
    second_row = [WholeSong(song.request_id), Card(song.request_id), Delete(song.request_id, song.asked_by)]
    return song_message.finished(song, [first_row, second_row])


class Again(NumberButton, prefix="song:again"):
    """Sings another song on the same seed, for whoever presses."""

    label = "Again"
    style = discord.ButtonStyle.primary

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a new message, another take."""
        await show(interaction, SungAgain(self.number, await is_for_presser_only(interaction)))


class Continue(NumberButton, prefix="song:continue"):
    """Sings the lines that follow."""

    label = "Continue"

    async def pressed(self, interaction: Interaction) -> None:
        """Add the lines to the song's message; if they do not fit, answer with a new message, the next part.

        Below a copy, they become a new message too; otherwise the message that everybody sees would lack them.
        """
        song = await interaction.client.services.lyrics.recall(asker_of(interaction), self.number)
        if song_message.has_room(song) and not _is_below_copy(interaction, song):
            await grow(interaction, song)
        else:
            await show(interaction, Continuation(self.number, private=await is_for_presser_only(interaction)))


class SingInterrupted(NumberButton, prefix="song:interrupted"):
    """Sings an interrupted song from the beginning, for whoever presses."""

    label = "Again"
    style = discord.ButtonStyle.primary

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a new message."""
        wish = await interaction.client.services.unfinished.wish(asker_of(interaction), self.number)
        private = wish.private or await is_for_presser_only(interaction)
        await show(interaction, replace(wish, private=private))


class Like(NumberButton, prefix="song:like"):
    """Adds the presser's vote for the song, or withdraws it."""

    label = ""
    emoji = "👍"

    async def pressed(self, interaction: Interaction) -> None:
        """Count the vote, and show the new number."""
        song = await interaction.client.services.lyrics.like(asker_of(interaction), self.number)
        has_votes = not _is_below_copy(interaction, song)
        with _as_shown(interaction):
            body = finished_body(song, interaction.client, has_votes=has_votes)
        await answering.update(interaction, body)


class Delete(PersistentButton, template=f"song:delete:(?P<request>{SNOWFLAKE}):(?P<asked_by>{SNOWFLAKE})"):
    """Deletes the song's message, for its asker and for members who may manage messages."""

    label = "Delete"

    def __init__(self, request_id: int, asked_by: int) -> None:
        """Put the song and its asker into the custom id: the record of the song may be gone before the message."""
        super().__init__(f"song:delete:{request_id}:{asked_by}")
        self.request_id = request_id
        self.asked_by = asked_by

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the song and its asker from the custom id."""
        return cls(int(match["request"]), int(match["asked_by"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Delete the message, if this member may; below a copy, also the message that everybody sees."""
        song = await interaction.client.services.lyrics.delete(asker_of(interaction), self.request_id, self.asked_by)
        await answering.delete(interaction)
        if song is None or not _is_below_copy(interaction, song) or await _delete_message(interaction.client, song):
            return
        url = link(song.guild_id, song.channel_id, song.message_id)
        text = tr("The song is no longer stored, but I cannot reach its message. Press Delete there: {url}", url=url)
        await answering.tell_privately(interaction, text)


def _is_below_copy(interaction: Interaction, song: Song) -> bool:
    """Return whether a button was pressed below a copy, not the message that shows the song to everybody."""
    pressed = interaction.message
    return song.message_id is not None and pressed is not None and pressed.id != song.message_id


async def _delete_message(client: LyricsClient, song: Song) -> bool:
    """Delete the message that shows a song to everybody; return False if the bot cannot."""
    if song.channel_id is None or song.message_id is None:
        return False
    message = client.get_partial_messageable(song.channel_id).get_partial_message(song.message_id)
    try:
        await answering.delete_in_channel(message)
    except discord.NotFound as error:
        return error.code == _UNKNOWN_MESSAGE
    except answering.UNDELIVERED as error:
        _log.warning("the message of a deleted song could not be deleted: %s", error)
        return False
    return True
