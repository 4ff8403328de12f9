"""`/train`: trains an artist on an attached or an already stored text."""

import discord
from discord import app_commands

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.discord_app import answering, autocompletion, jobs, uploads
from bot.discord_app.client import Interaction
from bot.discord_app.offering import to_managers
from bot.discord_app.permissions import asker_of
from bot.settings import MOST_TRAIN_MINUTES


@to_managers
@app_commands.command(description="Train an artist on a text")
@app_commands.describe(
    artist="Which artist to train; a new name creates a new artist",
    corpus="Lyrics as plain text (UTF-8), blank lines between songs; by default, the text already stored",
    minutes="The time limit, in minutes",
)
@app_commands.autocomplete(artist=autocompletion.artist_names)
@app_commands.autocomplete(minutes=autocompletion.allowed_minutes)
async def train(
    interaction: Interaction,
    artist: app_commands.Range[str, 1, LONGEST_ARTIST_NAME],
    corpus: discord.Attachment | None = None,
    minutes: app_commands.Range[int, 1, MOST_TRAIN_MINUTES] | None = None,
) -> None:
    """Queue a training job and show it until it ends."""
    asker, services = asker_of(interaction), interaction.client.services
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
