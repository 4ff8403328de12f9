"""How a song looks on Discord."""

import discord

from bot import wording
from bot.discord_app import markdown
from bot.discord_app.message_body import MessageBody, NamedFile
from bot.services import Song, SongSoFar

COLOUR = discord.Colour(0x8E5BD0)

_LONGEST_DESCRIPTION = 4096
# Discord allows 6,000 characters in all embeds of a message; what is left is for the line below the song.
_LONGEST_SONG = 5600


def in_progress(part: SongSoFar) -> MessageBody:
    """Show what is composed of a song up to now."""
    pieces = markdown.split(markdown.escape(part.text), _LONGEST_DESCRIPTION)
    embed = discord.Embed(description=pieces[0], colour=COLOUR)
    embed.set_footer(text=f"{markdown.one_line(part.artist, 100)} · singing …")
    return MessageBody(embeds=[embed])


def finished(song: Song) -> MessageBody:
    """Show a whole song and how it was made."""
    text = markdown.escape(song.text)
    pieces = markdown.split(text, _LONGEST_DESCRIPTION)
    files: list[NamedFile] = []
    if len(text) > _LONGEST_SONG:
        pieces = pieces[:1]
        files.append(NamedFile("song.txt", song.text.encode()))
    embeds = [discord.Embed(description=piece, colour=COLOUR) for piece in pieces]
    embeds[-1].set_footer(text=_made_how(song, in_file=bool(files)))
    embeds[-1].timestamp = song.composed_at
    return MessageBody(embeds=embeds, files=files)


def _made_how(song: Song, *, in_file: bool) -> str:
    details = [
        markdown.one_line(song.artist, 100),
        f"{song.lines} lines",
        f"temperature {song.temperature:g}",
        f"{song.seconds:.1f} s",
    ]
    if song.rhyme.lower() != "none":
        details.insert(2, f"rhyme {song.rhyme}")
    details += wording.shortcomings(song)
    if in_file:
        details.append("the whole song is in the file")
    return " · ".join(details)
