"""`/artists` and `/artist`: who can sing, and what their models are like."""

from collections.abc import Sequence

from discord import app_commands

from bot.discord_app import answering, artist_message, autocompletion
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.offering import everywhere
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import ArtistButton, PageButton
from bot.discord_app.sing_button import Sing
from bot.language import tr
from bot.services import Artist


@everywhere
@app_commands.command(description="The artists you can ask for here")
async def artists(interaction: Interaction) -> None:
    """List the artists."""
    visible = await interaction.client.services.artists.visible(asker_of(interaction))
    await answering.send(interaction, _page(visible, 1))


@everywhere
@app_commands.command(description="One artist: its model, quality, versions and training curve")
@app_commands.describe(name="Which artist to show")
@app_commands.autocomplete(name=autocompletion.artist_names)
async def artist(interaction: Interaction, name: str) -> None:
    """Show one artist."""
    details = await interaction.client.services.artists.details(asker_of(interaction), name)
    buttons = [Sing(details.artist.name), Details(details.artist.name)]
    await answering.send(interaction, artist_message.introduced(details, buttons))


class TurnPage(PageButton, prefix="artists:page"):
    """Shows another page of the list in the same message."""

    async def pressed(self, interaction: Interaction) -> None:
        """Turn to the page."""
        visible = await interaction.client.services.artists.visible(asker_of(interaction))
        await answering.update(interaction, _page(visible, self.number))


class Details(ArtistButton, prefix="artist:details"):
    """Shows the figures of an artist's model, to whoever presses."""

    label = "Details"

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the figures."""
        details = await interaction.client.services.artists.details(asker_of(interaction), self.artist)
        await answering.send(interaction, artist_message.figures(details), ephemeral=True)


def _page(visible: Sequence[Artist], page: int) -> MessageBody:
    per_page = artist_message.ARTISTS_A_PAGE
    pages = max(1, -(-len(visible) // per_page))
    page = min(max(page, 1), pages)  # there may be fewer artists by now
    shown = visible[(page - 1) * per_page : page * per_page]
    turns = TurnPage.around(page, pages, before=tr("Back"), after=tr("More"))
    return artist_message.listed([(artist, Sing(artist.name)) for artist in shown], page, pages, turns)
