"""Buttons that confirm what cannot be undone."""

import discord

from bot.discord_app import answering, markdown
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import NumberButton, PlainButton
from bot.language import tr


class DeleteMyData(PlainButton, own_id="mydata:delete"):
    """Deletes everything stored about whoever presses; only the asker sees it."""

    label = "Delete everything"
    style = discord.ButtonStyle.danger

    async def pressed(self, interaction: Interaction) -> None:
        """Delete, and say how much was deleted."""
        deleted = await interaction.client.services.privacy.delete(asker_of(interaction))
        text = tr("Requests deleted: {count}.", count=deleted.requests)
        if deleted.likes:
            text += " " + tr("Votes deleted: {count}.", count=deleted.likes)
        if deleted.trainings:
            sentence = "Training jobs that no longer record who asked for them: {count}; their artists are kept."
            text += " " + tr(sentence, count=deleted.trainings)
        await answering.update(interaction, MessageBody(text=text))


class ForgetArtist(NumberButton, prefix="artist:forget:id"):
    """Removes an artist for good, for members with the right to.

    The artist is known by its id: by the time of a second press, another one may have its name.
    """

    label = "Forget this artist"
    style = discord.ButtonStyle.danger

    async def pressed(self, interaction: Interaction) -> None:
        """Forget the artist; the member's rights are checked again."""
        services, asker = interaction.client.services, asker_of(interaction)
        before = await services.lyrics.default_artist(asker)
        name = markdown.escape(await services.artists.forget(asker, self.number))
        text = tr("{artist} has been deleted, with its text, models and training jobs.", artist=name)
        default = await services.lyrics.default_artist(asker)
        if default is not None and default != before:
            text += " " + tr("{artist} is now the default artist.", artist=markdown.escape(default))
        await answering.update(interaction, MessageBody(text=text))


class Keep(PlainButton, own_id="confirmation:keep"):
    """Leaves everything as it is."""

    label = "Keep"

    async def pressed(self, interaction: Interaction) -> None:
        """Say that nothing happened."""
        await answering.update(interaction, MessageBody(text=tr("Nothing was changed.")))
