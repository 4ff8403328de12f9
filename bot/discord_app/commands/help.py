"""`/help`: the commands that this member may use, on one screen."""

from collections.abc import Iterator

from discord import app_commands

from bot.discord_app import answering, colours
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import Block, MessageBody, Text
from bot.discord_app.offering import AnyCommand, everywhere, is_for_managers


@everywhere
@app_commands.command(name="help", description="The commands that you may use here")
async def help_(interaction: Interaction) -> None:
    """List the commands."""
    asker, commands = asker_of(interaction), interaction.client.commands
    everyones = [line for command in commands if not is_for_managers(command) for line in _lines(command)]
    blocks: list[Block] = [Text("### What you can do"), Text("\n".join(everyones))]
    if asker.guild_id is not None and (asker.may_manage_guild or asker.is_operator):
        managers = [line for command in commands if is_for_managers(command) for line in _lines(command)]
        blocks += [Text("### For members with Manage Server"), Text("\n".join(managers))]
    await answering.send(interaction, MessageBody(blocks=blocks, colour=colours.OWN), ephemeral=True)


def _lines(command: AnyCommand) -> Iterator[str]:
    if isinstance(command, app_commands.ContextMenu):
        yield f"right click on a message, *Apps*, **{command.name}**: its words begin a song"
    elif isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield f"`/{inner.qualified_name}` {_lower(inner.description)}"
    else:
        yield f"`/{command.name}` {_lower(command.description)}"


def _lower(description: str) -> str:
    return description[0].lower() + description[1:]
