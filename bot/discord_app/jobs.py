"""Training jobs on Discord: followed from the queue to the result, past expired tokens and restarts."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

import discord

from bot.discord_app import answering, job_message, markdown
from bot.discord_app.client import Interaction, LyricsClient
from bot.discord_app.message_body import Button, MessageBody
from bot.discord_app.pacing import paced
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import NumberButton
from bot.discord_app.shown_message import ShownMessage
from bot.discord_app.sing_button import Sing
from bot.language import tr
from bot.services import CorpusSummary, Job, JobState, Refusal, StoreError

T = TypeVar("T")

_log = logging.getLogger(__name__)

SECONDS_BETWEEN_EDITS = 2.5
# Delays between attempts to announce a result while Discord fails; after the last, the next start tries again.
_SECONDS_BEFORE_RETRIES = (10, 60, 600)
_SECONDS_AFTER_FAULT = 10.0
"""How long to wait for the database to work again."""


async def show_and_follow(interaction: Interaction, job: Job) -> None:
    """Show a queued job in the answer to an interaction, and keep it up to date until the job ends.

    If the answer cannot be edited just now, the job is followed all the same and its end announced.
    """
    assert interaction.channel_id is not None
    client, message_id, shown_job = interaction.client, None, None
    understood: CorpusSummary | None = None
    try:
        understood = await client.services.training.understood(job.id)
        shown = await answering.edit(interaction, live_body(job, understood))
        shown_job, message_id = job, answering.public_id(shown)
        if message_id is not None:
            await client.services.training.remember_message(job.id, shown.channel.id, message_id)
    except (*answering.UNDELIVERED, StoreError) as error:
        _log.warning("could not show job %d when it was queued: %s", job.id, error)
    message = ShownMessage(client, interaction.channel_id, message_id, interaction.token, interaction.created_at)
    client.run_in_background(_follow(message, job, understood, shown_job), f"job {job.id}")


async def follow_unannounced(client: LyricsClient) -> None:
    """After a start, follow every job again whose result has not been announced."""
    for job in await _past_faults(client.services.training.unannounced):
        if job.channel_id is not None:
            message = ShownMessage(client, job.channel_id, job.message_id, token=None, answered_at=None)
            client.run_in_background(_follow(message, job), f"job {job.id}")


async def _follow(
    message: ShownMessage, job: Job, understood: CorpusSummary | None = None, shown: Job | None = None
) -> None:
    """Let a message show a job up to its end; `understood` and what it shows already are None where not known."""
    training = message.client.services.training
    if understood is None:
        understood = await _past_faults(lambda: training.understood(job.id))
    reachable = True
    last = job
    async with aclosing(paced(_watched(message.client, job.id), SECONDS_BETWEEN_EDITS)) as standings:
        async for last in standings:
            if last.state.has_ended or not reachable or _is_shown(last, shown):
                continue
            try:
                shown = None
                reachable = await message.edit(live_body(last, understood))
            except answering.UNDELIVERED as error:
                # Nothing is lost: the next report is a few seconds away.
                _log.info("could not show the progress of job %d: %s", job.id, error)
    if not last.state.has_ended:
        await message.edit(job_message.forgotten(last))
        return
    for pause in (*_SECONDS_BEFORE_RETRIES, None):
        try:
            await _tell_end(message, last)
            return
        except answering.UNDELIVERED:
            if pause is None:
                raise
            await asyncio.sleep(pause)


async def _tell_end(message: ShownMessage, job: Job) -> None:
    training = message.client.services.training
    curve = await _past_faults(lambda: training.curve(job.id)) if job.state is JobState.SUCCEEDED else None
    body = ended_body(job, curve)
    if not await message.edit(body) and not await message.announce(body):
        _log.warning("cannot announce the end of job %d: no access to channel %d", job.id, message.channel_id)
    await _past_faults(lambda: training.announced(job.id))


async def _watched(client: LyricsClient, job_id: int) -> AsyncGenerator[Job, None]:
    """Watch a job to its end, past faults of the database."""
    while True:
        try:
            async with aclosing(client.services.training.watch(job_id)) as standings:
                async for job in standings:
                    yield job
            return
        except StoreError as error:
            await _wait_after(error)


async def _past_faults(use: Callable[[], Awaitable[T]]) -> T:
    """Use the database, again and again until it has no fault."""
    while True:
        try:
            return await use()
        except StoreError as error:
            await _wait_after(error)


async def _wait_after(fault: StoreError) -> None:
    _log.warning("cannot follow training jobs just now; trying again in %g s. %s", _SECONDS_AFTER_FAULT, fault)
    await asyncio.sleep(_SECONDS_AFTER_FAULT)


def _is_shown(job: Job, shown: Job | None) -> bool:
    """Return whether a message already shows a job as it is, apart from the id of that message."""
    return shown is not None and job == replace(shown, channel_id=job.channel_id, message_id=job.message_id)


def live_body(job: Job, understood: CorpusSummary | None) -> MessageBody:
    """Show a live job with its buttons and what was recognised in its text."""
    buttons: list[Button] = [CancelJob(job.id)]
    if understood is not None:
        buttons.append(ShowText(job.id))
    return job_message.live(job, buttons, understood)


def ended_body(job: Job, curve_png: bytes | None) -> MessageBody:
    """Show the result of a job, with a button to hear the artist or to use a version that was held back."""
    buttons: list[Button] = []
    if job.outcome is not None:
        buttons.append(Sing(job.artist) if job.outcome.takes_over else UseAnyway(job.id))
    return job_message.ended(job, curve_png, buttons)


class CancelJob(NumberButton, prefix="job:cancel"):
    """Cancels a job, for members with the right to."""

    label = "Cancel"
    style = discord.ButtonStyle.danger

    async def pressed(self, interaction: Interaction) -> None:
        """Cancel the job; its message shows that by itself."""
        job = await interaction.client.services.training.cancel(asker_of(interaction), self.number)
        await answering.tell_privately(interaction, tr("Job {number} has been cancelled.", number=job.id))


class ShowText(NumberButton, prefix="job:text"):
    """Shows the cleaned text that a job trains on, to members with the right to train."""

    label = "Show cleaned text"

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the first lines, and with the text as a file, as much of it as Discord takes."""
        asker, training = asker_of(interaction), interaction.client.services.training
        with training.texts.handing_out(asker):  # while it is sent, memory holds several copies of it
            corpus = await training.corpus_of(asker, self.number)
            if corpus is None:
                raise Refusal("That text is no longer stored.")
            await answering.send(interaction, job_message.cleaned(corpus, interaction.filesize_limit), ephemeral=True)


class UseAnyway(NumberButton, prefix="job:use"):
    """Puts a job's version to use although it was held back, for members who may change the artist."""

    label = "Use it anyway"

    async def pressed(self, interaction: Interaction) -> None:
        """Switch to the version, and let the message with the result say so instead of offering it again."""
        services = interaction.client.services
        name, version = await services.artists.use_result(asker_of(interaction), self.number)
        async with aclosing(services.training.watch(self.number)) as states:
            job = await anext(states, None)
        if job is None or job.outcome is None:
            shown = markdown.shortened(name)
            text = tr("Version {version} of {artist} sings from now on.", version=version.number, artist=shown)
            await answering.update(interaction, MessageBody(text=text))
            return
        used = replace(job, outcome=replace(job.outcome, takes_over=True, held_back=None))
        await answering.update(interaction, ended_body(used, await services.training.curve(job.id)))
