"""`/help`: the commands that this member may use, on one screen."""

from collections.abc import Iterator

from discord import app_commands

from bot.discord_app import answering, colours
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import Block, MessageBody, Text
from bot.discord_app.offering import AnyCommand, everywhere, is_for_managers
from bot.discord_app.permissions import asker_of
from bot.language import tr, tr_name


@everywhere
@app_commands.command(name="help", description="The commands you can use here")
async def help_(interaction: Interaction) -> None:
    """List the commands."""
    asker, commands = asker_of(interaction), interaction.client.commands
    everyones = [line for command in commands if not is_for_managers(command) for line in _lines(command)]
    blocks: list[Block] = [Text("### " + tr("What you can do")), Text("\n".join(everyones))]
    if asker.guild_id is not None and (asker.may_manage_guild or asker.is_operator):
        managers = [line for command in commands if is_for_managers(command) for line in _lines(command)]
        blocks += [Text("### " + tr("For members with Manage Server")), Text("\n".join(managers))]
    await answering.send(interaction, MessageBody(blocks=blocks, colour=colours.OWN), ephemeral=True)


def _lines(command: AnyCommand) -> Iterator[str]:
    if isinstance(command, app_commands.ContextMenu):
        yield tr("right-click a message, *Apps*, **{name}**: a song that begins with its words", name=tr(command.name))
    elif isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield f"`/{tr_name(command.name)} {tr_name(inner.name)}` {tr(inner.description)}"
    else:
        yield f"`/{tr_name(command.name)}` {tr(command.description)}"
