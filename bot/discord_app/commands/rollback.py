"""`/rollback`: an artist taken back to the version before."""

from discord import app_commands

from bot.discord_app import answering, autocompletion, markdown
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.offering import to_managers


@to_managers
@app_commands.command(description="Let the version before sing again")
@app_commands.describe(artist="Whose version")
@app_commands.autocomplete(artist=autocompletion.artist_names)
async def rollback(interaction: Interaction, artist: str) -> None:
    """Go back one version."""
    version = await interaction.client.services.artists.rollback(asker_of(interaction), artist)
    name = markdown.escape(markdown.one_line(artist, 60))
    quality = "" if version.bits_per_character is None else f" ({version.bits_per_character:.3f} bits per character)"
    await answering.send(interaction, MessageBody(text=f"Version {version.number} of {name} sings again{quality}."))
