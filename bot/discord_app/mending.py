"""Updates messages that an earlier process left behind as "is singing"."""

import logging

from bot.discord_app import answering, song_message, songs
from bot.discord_app.client import LyricsClient
from bot.discord_app.message_body import MessageBody
from bot.discord_app.shown_message import ShownMessage
from bot.services import Continuation, SongRequest, SongSoFar, SungAgain, UnfinishedSong

_log = logging.getLogger(__name__)


async def mend_songs(client: LyricsClient) -> None:
    """Update every message of a song that a stop or a crash interrupted, with a button to ask again."""
    for song in await client.services.unfinished.left_behind():
        try:
            await _mend(client, song)
        except answering.UNDELIVERED as error:
            _log.warning("could not update an interrupted song's message; trying again at the next start: %s", error)


async def _mend(client: LyricsClient, song: UnfinishedSong) -> None:
    known = song.message
    message = ShownMessage(client, known.channel_id, known.message_id, known.token, song.began_at)
    body, is_whole = await _body(client, song)
    if not await message.edit(body) or is_whole:
        await client.services.unfinished.end(song.id)
    else:
        await client.services.unfinished.mended(song.id)


async def _body(client: LyricsClient, song: UnfinishedSong) -> tuple[MessageBody, bool]:
    """Return what the message should show, and whether that is a complete song."""
    wish, seed, partner = song.wish, "", None
    if isinstance(wish, SongRequest):
        seed, partner = wish.seed, wish.partner
    elif isinstance(wish, SungAgain | Continuation):
        recorded = await client.services.lyrics.recorded(wish.request_id)
        if recorded is not None:
            if isinstance(wish, Continuation) and wish.in_place:
                return songs.finished_body(recorded, client), True
            partner = recorded.partner
    part = SongSoFar(song.artist, seed, seed, partner)
    return song_message.interrupted(part, [songs.SingInterrupted(song.id)]), False
