"""`/settings`: a guild's own settings."""

import discord
from discord import app_commands

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.discord_app import answering, autocompletion, colours, markdown
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import Block, MessageBody, Text, TextBeside
from bot.discord_app.offering import to_managers
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import PlainButton
from bot.language import tr
from bot.services import GuildSettings

_EVERY_CHANNEL = 0
_FILTER = {None: "on, except in age-restricted channels", True: "on", False: "off"}


@to_managers
@app_commands.command(description="Show or change this server's settings")
@app_commands.describe(
    default_artist="Who sings when no artist is named; none: the bot's default",
    language_filter="Keep bad language out of songs; by default, everywhere except in age-restricted channels",
    channel="The channel for songs; elsewhere, a song is shown only to the member who asked for it",
)
@app_commands.autocomplete(default_artist=autocompletion.artist_names)
async def settings(
    interaction: Interaction,
    default_artist: app_commands.Range[str, 1, LONGEST_ARTIST_NAME] | None = None,
    language_filter: bool | None = None,
    channel: discord.TextChannel | None = None,
) -> None:
    """Change the given settings, and show all."""
    asker, guilds = asker_of(interaction), interaction.client.services.guilds
    if default_artist is None and language_filter is None and channel is None:
        chosen = await guilds.settings(asker)
    else:
        channel_id = None if channel is None else channel.id
        chosen = await guilds.change(
            asker, default_artist=default_artist, language_filter=language_filter, channel_id=channel_id
        )
    await answering.send(interaction, _body(chosen), ephemeral=True)


class EveryChannel(PlainButton, own_id="settings:every-channel"):
    """Allows songs in every channel again; the channel option can only name one."""

    label = "Sing in every channel"

    async def pressed(self, interaction: Interaction) -> None:
        """Change the setting, and show all."""
        chosen = await interaction.client.services.guilds.change(asker_of(interaction), channel_id=_EVERY_CHANNEL)
        await answering.update(interaction, _body(chosen))


class FilterByDefault(PlainButton, own_id="settings:filter-by-default"):
    """Goes back to the default of the language filter; its option can only turn it on or off."""

    label = "Use the default"

    async def pressed(self, interaction: Interaction) -> None:
        """Change the setting, and show all."""
        chosen = await interaction.client.services.guilds.change(asker_of(interaction), language_filter="default")
        await answering.update(interaction, _body(chosen))


def _body(chosen: GuildSettings) -> MessageBody:
    artist = tr("the bot's default") if chosen.default_artist is None else markdown.escape(chosen.default_artist)
    bad_language = tr(_FILTER[chosen.language_filter])
    channel = tr("every channel") if chosen.channel_id is None else f"<#{chosen.channel_id}>"
    blocks: list[Block] = [
        Text("### " + tr("This server's settings")),
        _setting(tr("Default artist"), artist),
        _setting(
            tr("Language filter"), bad_language, FilterByDefault() if chosen.language_filter is not None else None
        ),
        _setting(tr("Channel for songs"), channel, EveryChannel() if chosen.channel_id is not None else None),
        Text("-# " + tr("To change one, use its option: `/settings default_artist:…`")),
    ]
    return MessageBody(blocks=blocks, colour=colours.OWN)


def _setting(name: str, value: str, back_to_default: PlainButton | None = None) -> Block:
    text = f"**{name}**\n{value}"
    return Text(text) if back_to_default is None else TextBeside(text, back_to_default)
