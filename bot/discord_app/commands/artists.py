"""`/artists` and `/artist`: who can be asked for, and what their models are like."""

import re
from collections.abc import Sequence
from typing import Self

from discord import app_commands

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.discord_app import answering, artist_message, autocompletion
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import Button, MessageBody
from bot.discord_app.offering import everywhere
from bot.discord_app.persistent_button import PersistentButton
from bot.discord_app.sing_button import Sing
from bot.language import tr
from bot.services import Artist


@everywhere
@app_commands.command(description="The artists that can be asked for here")
async def artists(interaction: Interaction) -> None:
    """List the artists."""
    visible = await interaction.client.services.artists.visible(asker_of(interaction))
    await answering.send(interaction, _page(visible, 1))


@everywhere
@app_commands.command(description="One artist: what it sings, how well, and its training curve")
@app_commands.describe(name="Whom to show")
@app_commands.autocomplete(name=autocompletion.artist_names)
async def artist(interaction: Interaction, name: str) -> None:
    """Show one artist."""
    details = await interaction.client.services.artists.details(asker_of(interaction), name)
    buttons = [Sing(details.artist.name), Details(details.artist.name)]
    await answering.send(interaction, artist_message.introduced(details, buttons))


class TurnPage(PersistentButton, template=r"artists:page:(?P<page>[0-9]{1,4})"):
    """Shows another page of the list in the same message."""

    label = ""

    def __init__(self, page: int, label: str = "") -> None:
        """Remember the page."""
        super().__init__(f"artists:page:{page}", label)
        self.page = page

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the page from the custom id."""
        return cls(int(match["page"]), "…")

    async def pressed(self, interaction: Interaction) -> None:
        """Turn to the page."""
        visible = await interaction.client.services.artists.visible(asker_of(interaction))
        await answering.update(interaction, _page(visible, self.page))


class Details(PersistentButton, template=rf"artist:details:(?P<artist>(?s:.){{1,{LONGEST_ARTIST_NAME}}})"):
    """Shows the figures of an artist's model, to whoever presses."""

    label = "Details"

    def __init__(self, artist: str) -> None:
        """Remember the artist's name, which fits a custom id."""
        super().__init__(f"artist:details:{artist}")
        self.artist = artist

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the artist from the custom id."""
        return cls(match["artist"])

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the figures."""
        details = await interaction.client.services.artists.details(asker_of(interaction), self.artist)
        await answering.send(interaction, artist_message.figures(details), ephemeral=True)


def _page(visible: Sequence[Artist], page: int) -> MessageBody:
    per_page = artist_message.ARTISTS_A_PAGE
    pages = max(1, -(-len(visible) // per_page))
    page = min(max(page, 1), pages)  # there may be fewer by now
    shown = visible[(page - 1) * per_page : page * per_page]
    turns: list[Button] = []
    if page > 1:
        turns.append(TurnPage(page - 1, tr("Back")))
    if page < pages:
        turns.append(TurnPage(page + 1, tr("More")))
    return artist_message.listed([(artist, Sing(artist.name)) for artist in shown], page, pages, turns)
