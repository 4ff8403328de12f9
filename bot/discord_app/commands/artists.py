"""`/artists` and `/artist`: who can be asked for, and what their models are like."""

from discord import app_commands

from bot.discord_app import answering, artist_message, autocompletion
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.offering import everywhere


@everywhere
@app_commands.command(description="The artists that can be asked for here")
async def artists(interaction: Interaction) -> None:
    """List the artists."""
    visible = await interaction.client.services.artists.visible(asker_of(interaction))
    await answering.send(interaction, artist_message.listed(visible))


@everywhere
@app_commands.command(description="An artist's model: size, quality, versions, training curve")
@app_commands.describe(name="Whose model")
@app_commands.autocomplete(name=autocompletion.artist_names)
async def artist(interaction: Interaction, name: str) -> None:
    """Describe one artist."""
    details = await interaction.client.services.artists.details(asker_of(interaction), name)
    await answering.send(interaction, artist_message.described(details))
