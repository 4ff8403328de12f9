"""Buttons that stand between a command and what cannot be undone."""

import re
from typing import Self

import discord

from bot.discord_app import answering, markdown
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.discord_app.message_body import MessageBody
from bot.discord_app.persistent_button import SNOWFLAKE, PersistentButton
from bot.language import tr


class DeleteMyData(PersistentButton, template=r"mydata:delete"):
    """Deletes all that is stored about whoever presses."""

    label = "Delete everything"
    style = discord.ButtonStyle.danger

    def __init__(self) -> None:
        """Need nothing: the message is the asker's alone, and a press can only delete the presser's data."""
        super().__init__("mydata:delete")

    @classmethod
    def recognise(cls, _match: re.Match[str]) -> Self:
        """Read nothing from the custom id."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Delete, and say how much it was."""
        deleted = await interaction.client.services.privacy.delete(asker_of(interaction))
        text = tr("Requests deleted: {count}.", count=deleted.requests)
        if deleted.likes:
            text += " " + tr("Votes deleted: {count}.", count=deleted.likes)
        if deleted.trainings:
            sentence = "Trainings that no longer tell who asked for them: {count}; their artists stay."
            text += " " + tr(sentence, count=deleted.trainings)
        await answering.update(interaction, MessageBody(text=text))


class ForgetArtist(PersistentButton, template=f"artist:forget:id:(?P<artist>{SNOWFLAKE})"):
    """Removes an artist for good, for members who may."""

    label = "Forget this artist"
    style = discord.ButtonStyle.danger

    def __init__(self, artist_id: int) -> None:
        """Remember the artist by its id: by the time of a second press another one may bear its name."""
        super().__init__(f"artist:forget:id:{artist_id}")
        self.artist_id = artist_id

    @classmethod
    def recognise(cls, match: re.Match[str]) -> Self:
        """Read the artist from the custom id."""
        return cls(int(match["artist"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Forget the artist; whether this member may is checked again."""
        name = markdown.escape(await interaction.client.services.artists.forget(asker_of(interaction), self.artist_id))
        text = tr("{artist} is forgotten: text, models and trainings.", artist=name)
        await answering.update(interaction, MessageBody(text=text))


class Keep(PersistentButton, template=r"confirmation:keep"):
    """Leaves everything as it is."""

    label = "Keep"

    def __init__(self) -> None:
        """Need nothing."""
        super().__init__("confirmation:keep")

    @classmethod
    def recognise(cls, _match: re.Match[str]) -> Self:
        """Read nothing from the custom id."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Say that nothing happened."""
        await answering.update(interaction, MessageBody(text=tr("Nothing was deleted.")))
