"""`/top`: this server's most liked songs of the last days."""

import discord
from discord import app_commands

from bot import wording
from bot.discord_app import answering, colours, markdown
from bot.discord_app.client import Interaction
from bot.discord_app.jump import link
from bot.discord_app.message_body import Block, MessageBody, Text, TextBeside
from bot.discord_app.offering import in_servers
from bot.discord_app.permissions import asker_of, is_age_restricted
from bot.language import tr
from bot.services import Song

_LINES_SHOWN = 2
_LONGEST_LINE = 90


@in_servers
@app_commands.command(description="The songs of this server that members liked most in the last seven days")
async def top(interaction: Interaction) -> None:
    """List the best songs of channels that the asker may see; ephemerally, if others here may not see them all."""
    lyrics = interaction.client.services.lyrics
    best = await lyrics.top(asker_of(interaction), lambda channel_id: _may_see(interaction, channel_id))
    if not best:
        nothing = tr("No song from the last seven days has a 👍 yet. Press it below a song that you like.")
        await answering.send(interaction, MessageBody(blocks=[Text(nothing)], colour=colours.OWN))
        return
    blocks: list[Block] = [Text("### " + tr("Most liked in the last seven days"))]
    for place, song in enumerate(best, 1):
        text = _entry(place, song)
        url = link(song.guild_id, song.channel_id, song.message_id)
        if url is None:
            blocks.append(Text(text))
        else:
            blocks.append(TextBeside(text, discord.ui.Button(label=tr("Open"), url=url)))
    is_for_all = all(_may_all_see(interaction, song.channel_id) for song in best)
    await answering.send(interaction, MessageBody(blocks=blocks, colour=colours.OWN), ephemeral=not is_for_all)


def _may_see(interaction: Interaction, channel_id: int) -> bool:
    """Return whether a song from that channel may be shown to the asker in this one."""
    if channel_id == interaction.channel_id:
        return True
    guild, member = interaction.guild, interaction.user
    channel = None if guild is None else guild.get_channel_or_thread(channel_id)
    if channel is None or not isinstance(member, discord.Member) or not _is_open_to(member, channel):
        return False
    return not is_age_restricted(channel) or is_age_restricted(interaction.channel)


def _may_all_see(interaction: Interaction, channel_id: int | None) -> bool:
    """Return whether a song from that channel may be shown to everybody in this one."""
    if channel_id == interaction.channel_id:
        return True
    guild = interaction.guild
    channel = None if guild is None or channel_id is None else guild.get_channel_or_thread(channel_id)
    return guild is not None and channel is not None and _is_open_to(guild.default_role, channel)


def _is_open_to(who: discord.Member | discord.Role, channel: discord.abc.GuildChannel | discord.Thread) -> bool:
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return False
    allowed = channel.permissions_for(who)
    if isinstance(channel, discord.Thread) and channel.is_private() and not allowed.manage_threads:
        return False  # the bot is not told who else was invited
    return allowed.view_channel and allowed.read_message_history


def _entry(place: int, song: Song) -> str:
    title = markdown.shortened(song.title)
    quoted = markdown.quoted(song.text, most=_LINES_SHOWN, longest=_LONGEST_LINE)
    partner = None if song.partner is None else markdown.shortened(song.partner)
    style = wording.in_style_of(markdown.shortened(song.artist), partner)
    asker = tr("for <@{user}>", user=song.asked_by)
    return f"**{place}. {title}** · 👍 {song.likes}\n{quoted}\n-# {style} · {asker}"
