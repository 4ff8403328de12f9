"""Answers to interactions, in the order that Discord allows: once at first, then by edits and follow-ups."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import discord
from discord.utils import MISSING

from bot.discord_app.message_body import MessageBody

AnyInteraction = discord.Interaction[Any]
Answer = TypeVar("Answer")

UNDELIVERED = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What is raised where Discord refuses or cannot be reached."""

_ALREADY_ACKNOWLEDGED = 40060


async def defer(interaction: AnyInteraction, *, ephemeral: bool = False) -> None:
    """Let the bot be thinking; an `edit` has to follow."""
    await _first_answer(lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True))


async def send(interaction: AnyInteraction, body: MessageBody, *, ephemeral: bool = False) -> None:
    """Answer with a message."""
    await _first_answer(
        lambda: interaction.response.send_message(
            body.text,
            embeds=body.embeds,
            files=body.uploads(),
            view=body.view() or MISSING,
            ephemeral=ephemeral,
        )
    )


async def update(interaction: AnyInteraction, body: MessageBody) -> None:
    """Answer a button by letting its own message show something else."""
    await _first_answer(
        lambda: interaction.response.edit_message(
            content=body.text, embeds=body.embeds, attachments=body.uploads(), view=body.view()
        )
    )


async def edit(interaction: AnyInteraction, body: MessageBody) -> discord.InteractionMessage:
    """Let the answer show something else."""
    return await _through_broken_connections(
        lambda: interaction.edit_original_response(
            content=body.text, embeds=body.embeds, attachments=body.uploads(), view=body.view()
        )
    )


async def follow_up(interaction: AnyInteraction, body: MessageBody, *, ephemeral: bool = False) -> None:
    """Send one more message after the answer."""
    await interaction.followup.send(
        body.text or "",
        embeds=body.embeds,
        files=body.uploads(),
        view=body.view() or MISSING,
        ephemeral=ephemeral,
    )


async def delete(interaction: AnyInteraction) -> None:
    """Answer a button by taking its message away."""
    await _first_answer(interaction.response.defer)
    await interaction.delete_original_response()


async def tell_privately(interaction: AnyInteraction, text: str) -> None:
    """Say something to the asker alone, whatever has been answered before."""
    if not interaction.response.is_done():
        sent = await _first_answer(lambda: interaction.response.send_message(text, ephemeral=True))
        if sent is not None:
            return
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # The first follow-up would take the place of "is thinking", for everybody to see.
        original = await interaction.original_response()
        if original.flags.loading and not original.flags.ephemeral:
            await interaction.delete_original_response()
    await interaction.followup.send(text, ephemeral=True)


async def _first_answer(answer: Callable[[], Awaitable[Answer]]) -> Answer | None:
    """Answer once; None where Discord had taken an answer already, which then can be edited.

    discord.py repeats a request that Discord answered with a 5xx, and we one whose connection broke. Where the first
    attempt had been applied all the same, Discord refuses the repetition.
    """
    try:
        return await _through_broken_connections(answer)
    except discord.HTTPException as error:
        if error.code != _ALREADY_ACKNOWLEDGED:
            raise
        return None


async def _through_broken_connections(request: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask once more where the connection broke: mostly it was idle, and Discord closed it just then."""
    try:
        return await request()
    except (aiohttp.ClientConnectionError, ConnectionError):
        return await request()
