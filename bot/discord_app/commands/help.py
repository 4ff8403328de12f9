"""`/help`: the commands that this member may use, on one screen."""

from collections.abc import Iterator

from discord import app_commands

from bot.discord_app import answering, colours
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import Block, MessageBody, Rule, Text
from bot.discord_app.offering import AnyCommand, everywhere, is_for_managers
from bot.discord_app.permissions import asker_of
from bot.language import tr, tr_name
from bot.services import Asker

_SONGS = ("lyrics", "Sing this", "top", "history")
_ARTISTS = ("artists", "artist")
_SETTINGS = "settings"
_ON_A_MESSAGE = "**{name}** A song from a message: right-click it, or hold it on a phone, then *Apps*"


@everywhere
@app_commands.command(name="help", description="The commands you can use here")
async def help_(interaction: Interaction) -> None:
    """List the commands."""
    asker = asker_of(interaction)
    commands = [command for command in interaction.client.commands if _is_offered_here(command, interaction)]
    everyones = [command for command in commands if not is_for_managers(command)]
    groups = {
        tr("Songs"): [command for command in everyones if command.name in _SONGS],
        tr("Artists"): [command for command in everyones if command.name in _ARTISTS],
        tr("You and this bot"): [command for command in everyones if command.name not in (*_SONGS, *_ARTISTS)],
        tr("For members with Manage Server"): [
            command for command in commands if is_for_managers(command) and _may_use(asker, command)
        ],
    }
    blocks: list[Block] = [Text("### " + tr("What you can do"))]
    for heading, group in groups.items():
        if group:
            lines = [line for command in group for line in _lines(command)]
            blocks += [Rule(), Text("\n".join([f"**{heading}**", *lines]))]
    await answering.send(interaction, MessageBody(blocks=blocks, colour=colours.OWN), ephemeral=True)


def _is_offered_here(command: AnyCommand, interaction: Interaction) -> bool:
    """Return whether Discord offers a command in the place that an interaction comes from, whoever asks."""
    contexts, installs = command.allowed_contexts, command.allowed_installs
    assert contexts is not None
    assert installs is not None
    if interaction.guild_id is not None:
        return bool(contexts.guild and (installs.user or interaction.is_guild_integration()))
    return bool(contexts.private_channel if interaction.context.private_channel else contexts.dm_channel)


def _may_use(asker: Asker, command: AnyCommand) -> bool:
    """Return whether the asker may use a command for managers; an operator without Manage Server may use most."""
    return asker.may_manage_guild if command.name == _SETTINGS else asker.may_manage_artists


def _lines(command: AnyCommand) -> Iterator[str]:
    if isinstance(command, app_commands.ContextMenu):
        yield tr(_ON_A_MESSAGE, name=tr(command.name))
    elif isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield f"`/{tr_name(command.name)} {tr_name(inner.name)}` {tr(inner.description)}"
    else:
        yield f"`/{tr_name(command.name)}` {tr(command.description)}"
