"""A request to train an artist: carried out at once, or after confirmation if the artist comes with the bot."""

import logging

import discord

from bot import wording
from bot.discord_app import answering, jobs, markdown, uploads
from bot.discord_app.client import Interaction
from bot.discord_app.confirmations import Keep
from bot.discord_app.message_body import MessageBody
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import NumberButton
from bot.discord_app.unconfirmed_trainings import TrainingRequest

_log = logging.getLogger(__name__)


async def carry_out(interaction: Interaction, request: TrainingRequest) -> None:
    """Queue a training job and show it, in the answer to an interaction, until it ends.

    Raises:
        Refusal: as `TrainingService.queue`.
    """
    asker, services = asker_of(interaction), interaction.client.services
    artist, corpus, minutes = request.artist, request.corpus, request.minutes
    services.training.check(asker, artist, None if corpus is None else corpus.size, minutes)
    if corpus is None:
        await answering.defer(interaction)
        job = await services.training.queue(asker, artist, None, minutes)
    else:
        with services.training.texts.uploading(asker):
            await answering.defer(interaction)
            text = await uploads.read(corpus, services.settings.max_corpus_bytes, interaction.client.downloads)
            job = await services.training.queue(asker, artist, text, minutes)
    await jobs.show_and_follow(interaction, job)


async def ask_first(interaction: Interaction, request: TrainingRequest) -> None:
    """Ask for confirmation of a request to train an artist that comes with the bot."""
    interaction.client.unconfirmed_trainings.add(request)
    text = wording.trains_shipped(markdown.shortened(request.artist))
    buttons = [TrainShipped(interaction.id), Keep()]
    await answering.send(interaction, MessageBody(text=text, buttons=buttons), ephemeral=True)


class TrainShipped(NumberButton, prefix="train:shipped"):
    """Trains an artist that comes with the bot, as was asked for; only the asker sees it."""

    label = "Train a new version"
    style = discord.ButtonStyle.danger

    async def pressed(self, interaction: Interaction) -> None:
        """Carry out the request in a message of its own; the asker's rights are checked again."""
        unconfirmed = interaction.client.unconfirmed_trainings
        request = unconfirmed.of(self.number, interaction.user.id)
        await carry_out(interaction, request)
        unconfirmed.remove(self.number)
        try:
            await answering.withdraw(request.asked)
        except answering.UNDELIVERED as error:  # it is too late, or the asker has removed the question
            _log.info("could not remove an answered question: %s", error)
