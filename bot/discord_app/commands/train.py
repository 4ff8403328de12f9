"""`/train`: trains an artist on an attached or an already stored text."""

import discord
from discord import app_commands

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.discord_app import autocompletion
from bot.discord_app.client import Interaction
from bot.discord_app.offering import to_managers
from bot.discord_app.permissions import asker_of
from bot.discord_app.training_request import ask_first, carry_out
from bot.discord_app.unconfirmed_trainings import TrainingRequest
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
    """Queue a training job and show it until it ends; ask first if the artist comes with the bot."""
    asker, training = asker_of(interaction), interaction.client.services.training
    training.check(asker, artist, None if corpus is None else corpus.size, minutes)
    request = TrainingRequest(interaction, artist, corpus, minutes)
    if await training.comes_with_the_bot(asker, artist):
        await ask_first(interaction, request)
    else:
        await carry_out(interaction, request)
