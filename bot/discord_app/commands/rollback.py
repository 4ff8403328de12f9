"""`/rollback`: switches an artist to another kept version."""

from discord import app_commands

from bot.discord_app import answering, autocompletion, markdown
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.offering import to_managers
from bot.discord_app.permissions import asker_of
from bot.language import tr


@to_managers
@app_commands.command(description="Go back to an artist's previous version, or to any other that is kept")
@app_commands.describe(artist="Which artist", version="Which version; by default, the one before the current one")
@app_commands.autocomplete(artist=autocompletion.changeable_artists)
@app_commands.autocomplete(version=autocompletion.kept_versions)
async def rollback(
    interaction: Interaction, artist: str, version: app_commands.Range[int, 1, 2**53 - 1] | None = None
) -> None:
    """Switch to an earlier or a later version."""
    sings = await interaction.client.services.artists.rollback(asker_of(interaction), artist, version)
    name = markdown.shortened(artist)
    quality = (
        ""
        if sings.bits_per_character is None
        else f" ({tr('{bits:.3f} bits per character', bits=sings.bits_per_character)})"
    )
    text = tr("Version {version} of {artist} sings now{quality}.", version=sings.number, artist=name, quality=quality)
    await answering.send(interaction, MessageBody(text=text))
