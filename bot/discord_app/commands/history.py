"""`/history`: the asker's own requests, shown to them alone."""

import discord
from discord import app_commands

from bot.discord_app import answering, markdown
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.offering import everywhere
from bot.discord_app.song_message import COLOUR
from bot.services import HistoryEntry, HistoryPage

_LONGEST_SEED = 80


@everywhere
@app_commands.command(description="Your own requests here, shown to you alone")
@app_commands.describe(page="Which page, 1 being the newest")
async def history(interaction: Interaction, page: app_commands.Range[int, 1, 1_000_000] = 1) -> None:
    """List a page of the asker's requests."""
    entries = await interaction.client.services.privacy.history(asker_of(interaction), page)
    await answering.send(interaction, _body(entries), ephemeral=True)


def _body(page: HistoryPage) -> MessageBody:
    if not page.entries:
        return MessageBody(text="You have asked for nothing here yet, or it is no longer stored.")
    description = "\n".join(_line(entry) for entry in page.entries)
    embed = discord.Embed(title="Your requests here", description=description, colour=COLOUR)
    more = f" · more with /history page:{page.page + 1}" if page.page < page.pages else ""
    embed.set_footer(text=f"page {page.page} of {page.pages} · requests: {page.requests}{more}")
    return MessageBody(embeds=[embed])


def _line(entry: HistoryEntry) -> str:
    seed = markdown.escape(markdown.one_line(entry.seed, _LONGEST_SEED))
    artist = markdown.escape(markdown.one_line(entry.artist, 60))
    details = [artist, f"{entry.lines} lines"]
    if entry.rhyme.lower() != "none":
        details.append(entry.rhyme)
    if entry.private:
        details.append("private")
    return f"{discord.utils.format_dt(entry.asked_at, 'R')} **{seed}** · {' · '.join(details)}"
