"""Answers to interactions, in the order that Discord allows: once at first, then by edits and follow-ups.

Discord drops an interaction that is not answered within three seconds. One that is not answered soon, whatever it waits
for, is acknowledged by `acknowledge_in_time`; what is then said as a first answer comes as an edit or a follow-up.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import Route, handle_message_parameters

from bot.discord_app.message_body import MessageBody

AnyInteraction = discord.Interaction[Any]
Answer = TypeVar("Answer")

UNDELIVERED = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What is raised where Discord refuses or cannot be reached."""

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is good for 15 minutes; edits by it end a little before."""

REQUEST_SECONDS = 60.0
SECONDS_BEFORE_ANOTHER_TRY = 0.5

_ALREADY_ACKNOWLEDGED = 40060
_OVERLOADED = 503
PATIENCE_SECONDS = 1.8
"""How long an interaction may stay without an answer: with a slow connection there is a second left for one."""
# Kept with an interaction, in its `extras`:
_ANSWERED = "answered"  # its first answer is on the way, or there
_LATE = "late"  # an event: set once it was acknowledged because nothing had answered it
_NEW_MESSAGE = "new message"  # what a late button shows in a message of its own; None until there is one


async def acknowledge_in_time(interaction: AnyInteraction) -> None:
    """Acknowledge an interaction if nothing has answered it for a while.

    A late command is answered to its asker alone: it is not known yet who may see the answer.
    """
    await asyncio.sleep(PATIENCE_SECONDS)
    if interaction.extras.get(_ANSWERED) or interaction.response.is_done():
        return
    acknowledged = interaction.extras[_LATE] = asyncio.Event()
    try:
        if _is_button(interaction):
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
    except UNDELIVERED:
        del interaction.extras[_LATE]  # the answer itself will say what is wrong
    finally:
        acknowledged.set()


async def defer(interaction: AnyInteraction, *, ephemeral: bool = False) -> None:
    """Let the bot be thinking; an `edit` has to follow."""
    if await _is_late(interaction):
        if _is_button(interaction):
            interaction.extras[_NEW_MESSAGE] = None
        return
    await _first_answer(lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True))


async def send(interaction: AnyInteraction, body: MessageBody, *, ephemeral: bool = False) -> int | None:
    """Answer with a message; return its id if everybody can see it, and Discord gives it."""
    if await _is_late(interaction):
        await defer(interaction)
        return public_id(await edit(interaction, body))
    sent = await _first_answer(lambda: interaction.response.send_message(**_new(body), ephemeral=ephemeral))
    return None if sent is None or sent.is_ephemeral() else sent.message_id


def public_id(message: discord.Message) -> int | None:
    """Return the id of a message; None if its asker alone sees it, so that no link or channel leads to it.

    Discord knows: a late answer is for its asker alone, and so are all where a server lets nobody bring an app along.
    """
    return None if message.flags.ephemeral else message.id


async def defer_update(interaction: AnyInteraction) -> None:
    """Acknowledge a button whose message stays as it is for now; an `edit` may follow."""
    if not await _is_late(interaction):
        await _first_answer(interaction.response.defer)


async def update(interaction: AnyInteraction, body: MessageBody) -> None:
    """Answer a button by changing what its own message shows."""
    if await _is_late(interaction):
        await edit(interaction, body)
        return
    await _first_answer(lambda: interaction.response.edit_message(**_whole(body)))


async def edit(interaction: AnyInteraction, body: MessageBody) -> discord.Message:
    """Change what the answer shows."""
    if _NEW_MESSAGE in interaction.extras:
        shown: discord.WebhookMessage | None = interaction.extras[_NEW_MESSAGE]
        if shown is None:
            shown = await interaction.followup.send(**_new(body), ephemeral=True, wait=True)
        else:
            shown = await shown.edit(**_whole(body))
        interaction.extras[_NEW_MESSAGE] = shown
        return shown
    return await _through_broken_connections(lambda: interaction.edit_original_response(**_whole(body)))


async def edit_in_channel(message: discord.PartialMessage, body: MessageBody) -> None:
    """Change what a message shows, by way of its channel."""
    await _through_broken_connections(lambda: message.edit(**_whole(body)))


async def edit_by_token(client: discord.Client, token: str, body: MessageBody) -> None:
    """Change what the answer to an interaction of an earlier process shows, while the interaction's token lives."""
    route = Route(
        "PATCH",
        "/webhooks/{application_id}/{interaction_token}/messages/@original",
        application_id=client.application_id,
        interaction_token=token,
    )
    quiet = discord.AllowedMentions.none()
    with handle_message_parameters(**_whole(body), allowed_mentions=quiet) as parameters:
        if parameters.files:
            await client.http.request(route, files=parameters.files, form=parameters.multipart)
        else:
            await client.http.request(route, json=parameters.payload)


async def follow_up(interaction: AnyInteraction, body: MessageBody, *, ephemeral: bool = False) -> None:
    """Send one more message after the answer."""
    await _through_broken_connections(lambda: interaction.followup.send(**_new(body), ephemeral=ephemeral))


async def send_to_channel(channel: discord.abc.Messageable, body: MessageBody) -> None:
    """Send a message that answers no interaction."""
    await _through_broken_connections(lambda: channel.send(**_new(body)))


async def delete(interaction: AnyInteraction) -> None:
    """Answer a button by taking its message away."""
    await defer_update(interaction)
    await _through_broken_connections(interaction.delete_original_response)


async def tell_privately(interaction: AnyInteraction, text: str) -> None:
    """Say something to the asker alone, whatever has been answered before."""
    is_late = await _is_late(interaction)
    if not is_late and not interaction.response.is_done():
        sent = await _first_answer(lambda: interaction.response.send_message(text, ephemeral=True))
        if sent is not None:
            return
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # The first follow-up would take the place of "is thinking", for everybody to see.
        original = await _through_broken_connections(interaction.original_response)
        if original.flags.loading and not original.flags.ephemeral:
            await _through_broken_connections(interaction.delete_original_response)
    await _through_broken_connections(lambda: interaction.followup.send(text, ephemeral=True))


def is_ephemeral(interaction: AnyInteraction) -> bool:
    """Return whether the message of a pressed button is shown to one member only."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def _is_button(interaction: AnyInteraction) -> bool:
    return interaction.type is discord.InteractionType.component


async def _is_late(interaction: AnyInteraction) -> bool:
    """Tell whether `acknowledge_in_time` has answered already; from now on it will not."""
    acknowledged: asyncio.Event | None = interaction.extras.get(_LATE)
    if acknowledged is None:
        interaction.extras[_ANSWERED] = True
        return False
    await acknowledged.wait()
    return _LATE in interaction.extras


def _new(body: MessageBody) -> dict[str, Any]:
    made: dict[str, Any] = {"content": body.text, "files": body.uploads(), "view": body.view()}
    return {name: value for name, value in made.items() if value}


def _whole(body: MessageBody) -> dict[str, Any]:
    """Everything of a message, so that nothing of what it showed before is left.

    Earlier versions sent embeds, which a layout may not have beside it.
    """
    return {"content": body.text, "embeds": [], "attachments": body.uploads(), "view": body.view()}


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
    """Ask once more where the connection broke or Discord is overloaded, and give up where it does not answer.

    Mostly the connection was idle, and Discord closed it just then. discord.py itself repeats what is answered with 429
    and most errors of the server, but not 503, and waits for an answer for five minutes.
    """
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            return await request()
    except (aiohttp.ClientConnectionError, ConnectionError):
        pass
    except discord.DiscordServerError as error:
        if error.status != _OVERLOADED:
            raise
        await asyncio.sleep(SECONDS_BEFORE_ANOTHER_TRY)
    async with asyncio.timeout(REQUEST_SECONDS):
        return await request()
