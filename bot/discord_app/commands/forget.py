"""`/forget`: removes an artist of this guild for good."""

from discord import app_commands

from bot import wording
from bot.discord_app import answering, autocompletion, markdown
from bot.discord_app.client import Interaction
from bot.discord_app.confirmations import ForgetArtist, Keep
from bot.discord_app.message_body import MessageBody
from bot.discord_app.offering import to_managers
from bot.discord_app.permissions import asker_of
from bot.language import tr


@to_managers
@app_commands.command(description="Remove an artist of this server, with its text, models and training jobs")
@app_commands.describe(artist="Which artist to forget")
@app_commands.autocomplete(artist=autocompletion.changeable_artists)
async def forget(interaction: Interaction, artist: str) -> None:
    """Ask for confirmation."""
    found = await interaction.client.services.artists.may_forget(asker_of(interaction), artist)
    name = markdown.escape(found.name)
    text = tr("This deletes {artist}, with its text and all its models and training jobs.", artist=name)
    text += f" {wording.forget_warning(found)}"
    await answering.send(interaction, MessageBody(text=text, buttons=[ForgetArtist(found.id), Keep()]), ephemeral=True)
