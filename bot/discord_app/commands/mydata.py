"""`/mydata`: exports or deletes what is stored about the asker."""

from contextlib import aclosing

from discord import app_commands

from bot.discord_app import answering
from bot.discord_app.client import Interaction
from bot.discord_app.confirmations import DeleteMyData, Keep
from bot.discord_app.message_body import MessageBody, NamedFile
from bot.discord_app.offering import everywhere
from bot.discord_app.permissions import asker_of
from bot.language import tr

LARGEST_PART_BYTES = 8_000_000
MOST_PARTS = 10
_TOO_MUCH = (
    "There is more than Discord can take: the oldest songs are not in these files. "
    "`/history` shows them page by page, and the bot's operator can give them to you."
)

mydata = everywhere(app_commands.Group(name="mydata", description="What is stored about you"))


@mydata.command(description="Get everything stored about you as files")
async def export(interaction: Interaction) -> None:
    """Export the asker's data as JSON, in as many files as Discord allows."""
    await answering.defer(interaction, ephemeral=True)
    part_bytes = min(LARGEST_PART_BYTES, interaction.filesize_limit)
    number = 0
    async with aclosing(interaction.client.services.privacy.export(asker_of(interaction), part_bytes)) as parts:
        async for data in parts:
            number += 1
            if number > MOST_PARTS:
                await answering.follow_up(interaction, MessageBody(text=tr(_TOO_MUCH)), ephemeral=True)
                return
            if number == 1:
                body = MessageBody(text=tr("Everything stored about you:"), files=[NamedFile("mydata.json", data)])
                await answering.edit(interaction, body)
            else:
                body = MessageBody(files=[NamedFile(f"mydata-{number}.json", data)])
                await answering.follow_up(interaction, body, ephemeral=True)


@mydata.command(description="Delete everything stored about you")
async def delete(interaction: Interaction) -> None:
    """Ask for confirmation."""
    text = tr("This deletes all your songs and votes, in every server and in direct messages. It can't be undone.")
    text += " " + tr(
        "Messages with your songs stay where they were posted. To remove them, press Delete below them first."
    )
    await answering.send(interaction, MessageBody(text=text, buttons=[DeleteMyData(), Keep()]), ephemeral=True)
