"""A song to keep: as a text file, and as a picture to share."""

import asyncio

from bot import wording
from bot.discord_app import answering, markdown, song_message
from bot.discord_app.client import Interaction
from bot.discord_app.colours import colour_of
from bot.discord_app.message_body import MessageBody, NamedFile, Picture, Text
from bot.discord_app.permissions import asker_of
from bot.discord_app.persistent_button import NumberButton
from bot.services import Refusal, Song

_CARD_NAME = "song.png"

_drawing = asyncio.Semaphore(1)
"""A picture takes about 0.2 s of a core; one at a time leaves the rest of the machine to songs."""


class WholeSong(NumberButton, prefix="song:whole"):
    """Gives the whole song, with all its parts, to whoever presses, as a text file."""

    label = "Whole song"

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the file, only to the presser."""
        parts = await interaction.client.services.lyrics.all_parts(asker_of(interaction), self.number)
        text = "\n".join(part.text for part in parts)  # one that begins a stanza begins with a blank line
        title = markdown.shortened(parts[0].title)
        file = song_message.text_file(text)
        await answering.send(interaction, MessageBody(text=f"**{title}**", files=[file]), ephemeral=True)


class Card(NumberButton, prefix="song:card"):
    """Draws the song as a picture."""

    label = "Card"

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the picture, where the song itself was shown."""
        song = await interaction.client.services.lyrics.recall(asker_of(interaction), self.number)
        private = song.private or answering.is_ephemeral(interaction)
        await answering.defer(interaction, ephemeral=private)
        signature = wording.generated(song.artist, song.partner)
        async with _drawing:
            png = await asyncio.to_thread(_drawn, song, signature)
        if png is None:
            raise Refusal("The card's font lacks this song's letters. “Whole song” gives you its text.")
        caption = [markdown.shortened(text, 150) for text in (song.heading, signature) if text]
        below = Text(f"-# {' · '.join(caption)}")
        picture = Picture(_CARD_NAME, markdown.one_line(f"{song.title}: {song.text}", 1000))
        files = [NamedFile(_CARD_NAME, png)]
        body = MessageBody(blocks=[picture, below], colour=colour_of(song.artist), files=files)
        await answering.edit(interaction, body)


def _drawn(song: Song, signature: str) -> bytes | None:
    """Draw the picture, as PNG; None if the font lacks the song's letters. Runs in a thread.

    Pillow is imported here, for the first card: it takes 15 ms, and many times that from a cold disk.
    """
    from bot.discord_app.song_card import CannotBeDrawnError, draw_card

    try:
        return draw_card(song.heading, song.text, signature, colour_of(song.artist).to_rgb())
    except CannotBeDrawnError:
        return None
