"""`Sing this`: a message becomes the seed of a song. No other message is read."""

import discord
from discord import app_commands

from bot.discord_app import markdown, song_message, songs
from bot.discord_app.client import Interaction
from bot.discord_app.offering import everywhere
from bot.discord_app.permissions import asker_of
from bot.services import SEED_CHARACTERS, Refusal, SongRequest


@everywhere
@app_commands.context_menu(name="Sing this")
async def sing_this(interaction: Interaction, message: discord.Message) -> None:
    """Sing a song that begins with the words of a message."""
    is_own = message.author == interaction.client.user
    seed = _opening_of_song(message) if is_own else markdown.opening_words(message.clean_content, SEED_CHARACTERS)
    if not seed:
        raise Refusal("There are no words in that message to begin a song with.")
    asker, service = asker_of(interaction), interaction.client.services.lyrics
    hidden = await service.is_private(asker, message.flags.ephemeral)
    await songs.show(interaction, SongRequest(seed, private=hidden))


def _opening_of_song(message: discord.Message) -> str:
    """Return the first lines of the song that one of the bot's own messages shows."""
    lyrics = song_message.lyrics_in(message)
    if lyrics is None:
        raise Refusal("I can sing from a song of mine or from what members write, but that message is neither.")
    return markdown.opening_lines(lyrics, SEED_CHARACTERS)
