"""Answers to interactions, in the order that Discord requires: one initial response, then edits and follow-ups.

Discord drops an interaction that gets no response within three seconds. One that is still unanswered shortly before,
whatever the reason, is acknowledged by `acknowledge_in_time`; its first answer then becomes an edit or a follow-up.
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
"""Raised when Discord refuses a request or cannot be reached."""

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is valid for 15 minutes; it is no longer used a little before that."""

REQUEST_SECONDS = 60.0
SECONDS_BEFORE_ANOTHER_TRY = 0.5

_WEBHOOK = "/webhooks/{application_id}/{interaction_token}"
_ALREADY_ACKNOWLEDGED = 40060
_OVERLOADED = 503
PATIENCE_SECONDS = 1.8
"""How long an interaction may go unanswered: this leaves a second for the answer on a slow connection."""
# Keys of an interaction's `extras`:
_ANSWERED = "answered"  # its first answer has been sent, or is being sent
_LATE = "late"  # an event, set once it has been acknowledged for lack of an answer
_NEW_MESSAGE = "new message"  # the message in which a late button shows its answer; None until there is one


async def acknowledge_in_time(interaction: AnyInteraction) -> None:
    """Acknowledge an interaction that is still unanswered after `PATIENCE_SECONDS`.

    The answer to a late command is ephemeral, because it is not known yet who may see it.
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
        del interaction.extras[_LATE]  # the answer itself will report the problem
    finally:
        acknowledged.set()


async def defer(interaction: AnyInteraction, *, ephemeral: bool = False) -> None:
    """Show that the bot is thinking; an `edit` must follow."""
    if await _is_late(interaction):
        if _is_button(interaction):
            interaction.extras[_NEW_MESSAGE] = None
        return
    await _first_answer(lambda: interaction.response.defer(ephemeral=ephemeral, thinking=True))


async def send(interaction: AnyInteraction, body: MessageBody, *, ephemeral: bool = False) -> int | None:
    """Answer with a message; return its id if everybody can see it and Discord reports it."""
    if await _is_late(interaction):
        await defer(interaction)
        return public_id(await edit(interaction, body))
    sent = await _first_answer(lambda: interaction.response.send_message(**_new(body), ephemeral=ephemeral))
    return None if sent is None or sent.is_ephemeral() else sent.message_id


def public_id(message: discord.Message) -> int | None:
    """Return the id of a message, or None if only its asker can see it, so that nobody can be sent to it.

    Discord decides that: late answers are ephemeral, and so are all answers in servers that do not allow user apps.
    """
    return None if message.flags.ephemeral else message.id


async def defer_update(interaction: AnyInteraction) -> None:
    """Acknowledge a button without changing its message yet; an `edit` may follow."""
    if not await _is_late(interaction):
        await _first_answer(interaction.response.defer)


async def update(interaction: AnyInteraction, body: MessageBody) -> None:
    """Answer a button by changing its own message."""
    if await _is_late(interaction):
        await edit(interaction, body)
        return
    await _first_answer(lambda: interaction.response.edit_message(**_whole(body)))


async def edit(interaction: AnyInteraction, body: MessageBody) -> discord.Message:
    """Change the answer."""
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
    """Change a message through its channel."""
    await _through_broken_connections(lambda: message.edit(**_whole(body)))


async def edit_by_token(client: discord.Client, token: str, body: MessageBody) -> None:
    """Change the answer to an interaction that this process may not have received, while its token is valid."""
    await _through_broken_connections(
        lambda: _request_by_token(client, "PATCH", f"{_WEBHOOK}/messages/@original", token, _whole(body))
    )


async def follow_up_by_token(client: discord.Client, token: str, body: MessageBody) -> None:
    """Send another message after the answer to such an interaction."""
    await _through_broken_connections(lambda: _request_by_token(client, "POST", _WEBHOOK, token, _new(body)))


async def follow_up(interaction: AnyInteraction, body: MessageBody, *, ephemeral: bool = False) -> None:
    """Send another message after the answer."""
    await _through_broken_connections(lambda: interaction.followup.send(**_new(body), ephemeral=ephemeral))


async def send_to_channel(channel: discord.abc.Messageable, body: MessageBody) -> None:
    """Send a message that does not answer an interaction."""
    await _through_broken_connections(lambda: channel.send(**_new(body)))


async def delete(interaction: AnyInteraction) -> None:
    """Answer a button by deleting its message."""
    await defer_update(interaction)
    await _through_broken_connections(interaction.delete_original_response)


async def withdraw(interaction: AnyInteraction) -> None:
    """Delete the answer to a command, whoever can see it."""
    await _through_broken_connections(interaction.delete_original_response)


async def delete_in_channel(message: discord.PartialMessage) -> None:
    """Delete a message through its channel."""
    await _through_broken_connections(message.delete)


async def tell_privately(interaction: AnyInteraction, text: str) -> None:
    """Tell only the asker something, whatever has been answered before."""
    is_late = await _is_late(interaction)
    if not is_late and not interaction.response.is_done():
        sent = await _first_answer(lambda: interaction.response.send_message(text, ephemeral=True))
        if sent is not None:
            return
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # The first follow-up would replace "is thinking", which everybody sees.
        original = await _through_broken_connections(interaction.original_response)
        if original.flags.loading and not original.flags.ephemeral:
            await _through_broken_connections(interaction.delete_original_response)
    await _through_broken_connections(lambda: interaction.followup.send(text, ephemeral=True))


def is_ephemeral(interaction: AnyInteraction) -> bool:
    """Return whether the message of a pressed button is visible to one member only."""
    return interaction.message is not None and interaction.message.flags.ephemeral


async def _request_by_token(
    client: discord.Client, method: str, path: str, token: str, content: dict[str, Any]
) -> None:
    route = Route(method, path, application_id=client.application_id, interaction_token=token)
    quiet = discord.AllowedMentions.none()
    with handle_message_parameters(**content, allowed_mentions=quiet) as parameters:
        if parameters.files:
            await client.http.request(route, files=parameters.files, form=parameters.multipart)
        else:
            await client.http.request(route, json=parameters.payload)


def _is_button(interaction: AnyInteraction) -> bool:
    return interaction.type is discord.InteractionType.component


async def _is_late(interaction: AnyInteraction) -> bool:
    """Return whether `acknowledge_in_time` has already answered; from now on it will not."""
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
    """Return all fields of a message, so that nothing of its earlier content is left.

    Earlier versions of the bot sent embeds, which cannot be combined with a layout.
    """
    return {"content": body.text, "embeds": [], "attachments": body.uploads(), "view": body.view()}


async def _first_answer(answer: Callable[[], Awaitable[Answer]]) -> Answer | None:
    """Send the initial response; return None if Discord already has one, which can then be edited.

    discord.py repeats a request that failed with a 5xx status, and we repeat one whose connection broke. If Discord had
    applied the first attempt after all, it refuses the second.
    """
    try:
        return await _through_broken_connections(answer)
    except discord.HTTPException as error:
        if error.code != _ALREADY_ACKNOWLEDGED:
            raise
        return None


async def _through_broken_connections(request: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeat a request once if the connection broke or Discord is overloaded, and give up if it does not answer.

    Usually the connection was idle and Discord had just closed it. discord.py itself repeats requests after a 429 and
    most server errors, but not after a 503, and waits five minutes for a response.
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
