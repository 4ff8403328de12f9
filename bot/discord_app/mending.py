"""Updates messages that an earlier process left behind as "is singing"."""

import logging

import discord

from bot.discord_app import answering, song_message, songs
from bot.discord_app.client import LyricsClient
from bot.discord_app.message_body import MessageBody
from bot.services import Continuation, SongRequest, UnfinishedSong

_log = logging.getLogger(__name__)


async def mend_songs(client: LyricsClient) -> None:
    """Update every message of a song that a stop or a crash interrupted, with a button to ask again."""
    for song in await client.services.unfinished.left_behind():
        try:
            await _mend(client, song)
        except (discord.NotFound, discord.Forbidden):
            await client.services.unfinished.end(song.id)  # the message is gone or inaccessible
        except answering.UNDELIVERED as error:
            _log.warning("could not update an interrupted song's message; trying again at the next start: %s", error)


async def _mend(client: LyricsClient, song: UnfinishedSong) -> None:
    message = song.message
    body, is_whole = await _body(client, song)
    if discord.utils.utcnow() - song.began_at < answering.TOKEN_LIFE:
        await answering.edit_by_token(client, message.token, body)
    elif message.message_id is None or message.channel_id is None:
        is_whole = True  # the message can no longer be reached
    else:
        channel = client.get_partial_messageable(message.channel_id)
        await answering.edit_in_channel(channel.get_partial_message(message.message_id), body)
    if is_whole:
        await client.services.unfinished.end(song.id)
    else:
        await client.services.unfinished.mended(song.id)


async def _body(client: LyricsClient, song: UnfinishedSong) -> tuple[MessageBody, bool]:
    """Return what the message should show, and whether that is a complete song."""
    wish = song.wish
    if isinstance(wish, Continuation) and wish.in_place:
        recorded = await client.services.lyrics.recorded(wish.request_id)
        if recorded is not None:
            return songs.finished_body(recorded, client), True
    seed = wish.seed if isinstance(wish, SongRequest) else ""
    return song_message.interrupted(song.artist, seed, seed, [songs.SingInterrupted(song.id)]), False
