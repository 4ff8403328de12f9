"""`/mydata`: what is stored about the asker, handed out or deleted."""

from discord import app_commands

from bot.discord_app import answering
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.confirmations import DeleteMyData, Keep
from bot.discord_app.message_body import MessageBody, NamedFile
from bot.discord_app.offering import everywhere

mydata = everywhere(app_commands.Group(name="mydata", description="What is stored about you"))


@mydata.command(description="A file with all that is stored about you")
async def export(interaction: Interaction) -> None:
    """Hand out the asker's data as JSON."""
    await answering.defer(interaction, ephemeral=True)
    data = await interaction.client.services.privacy.export(asker_of(interaction))
    text = "All that is stored about you:"
    await answering.edit(interaction, MessageBody(text=text, files=[NamedFile("mydata.json", data)]))


@mydata.command(description="Delete all that is stored about you")
async def delete(interaction: Interaction) -> None:
    """Ask before deleting."""
    text = "This deletes all your requests, in every server and in direct messages. It cannot be undone."
    await answering.send(interaction, MessageBody(text=text, buttons=[DeleteMyData(), Keep()]), ephemeral=True)
