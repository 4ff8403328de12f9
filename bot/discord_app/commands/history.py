"""`/history`: the asker's own songs, shown only to them."""

import discord
from discord import app_commands

from bot.discord_app import answering, colours, markdown, song_message, songs
from bot.discord_app.client import Interaction
from bot.discord_app.jump import link
from bot.discord_app.message_body import Block, Buttons, MessageBody, Rule, Text, TextBeside
from bot.discord_app.offering import everywhere
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import NumberButton, PageButton
from bot.language import tr
from bot.services import HistoryEntry, HistoryPage

_LONGEST_SEED = 80


@everywhere
@app_commands.command(description="Your own songs here, shown only to you")
@app_commands.describe(page="Which page; 1 is the newest")
async def history(interaction: Interaction, page: app_commands.Range[int, 1, 1_000_000] = 1) -> None:
    """List a page of the asker's songs."""
    entries = await interaction.client.services.privacy.history(asker_of(interaction), page)
    await answering.send(interaction, _body(entries), ephemeral=True)


class TurnPage(PageButton, prefix="history:page"):
    """Shows another page in the same message."""

    async def pressed(self, interaction: Interaction) -> None:
        """Turn to the page; only the asker can press buttons of an ephemeral message."""
        entries = await interaction.client.services.privacy.history(asker_of(interaction), self.number)
        await answering.update(interaction, _body(entries))


class ShowSong(NumberButton, prefix="song:show"):
    """Shows a song again, with its buttons, only to the presser."""

    label = "Show"

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the song."""
        song = await interaction.client.services.lyrics.recall(asker_of(interaction), self.number)
        await answering.send(interaction, songs.copy_body(song, interaction.client), ephemeral=True)


def _body(page: HistoryPage) -> MessageBody:
    if not page.entries:
        nothing = tr(
            "You have not asked for a song here yet, or none of yours is still stored. Ask for one with `/lyrics`."
        )
        return MessageBody(blocks=[Text(nothing)], colour=colours.OWN)
    blocks: list[Block] = [Text("### " + tr("Your songs here"))]
    blocks += [TextBeside(_entry(entry), ShowSong(entry.request_id)) for entry in page.entries]
    where = tr("page {page} of {pages}", page=page.page, pages=page.pages)
    blocks += [Rule(), Text(f"-# {where} · {tr('songs: {count}', count=page.requests)}")]
    if turns := TurnPage.around(page.page, page.pages, before=tr("Newer"), after=tr("Older")):
        blocks.append(Buttons(turns))
    return MessageBody(blocks=blocks, colour=colours.OWN)


def _entry(entry: HistoryEntry) -> str:
    title = markdown.shortened(entry.title)
    seed = markdown.shortened(entry.seed, _LONGEST_SEED)
    details = [song_message.singers(entry.artist, entry.partner), discord.utils.format_dt(entry.asked_at, "R")]
    if entry.private:
        details.append(tr("private"))
    if (url := link(entry.guild_id, entry.channel_id, entry.message_id)) is not None:
        details.append(f"[{tr('open')}]({url})")
    text = f"**{title}**\n-# {' · '.join(details)}"
    return text if not seed or seed.casefold() == title.casefold() else f"{text}\n-# {tr('seed: {seed}', seed=seed)}"
