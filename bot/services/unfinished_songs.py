"""Songs that a message shows as being sung: after a stop or a crash, the message is updated and offers to sing again.

They are stored from the first lines shown until the song is finished, usually for a second.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from bot.services.asking import Asker
from bot.services.recent_deletions import RecentDeletions
from bot.services.rights import check_may_see, song_is_gone
from bot.services.song_request import Continuation, OwnWords, SongRequest, SungAgain, Wish
from bot.store import unfinished_songs
from bot.store.database import Database
from bot.store.guilds import OUTSIDE_GUILDS
from bot.store.unfinished_songs import StoredUnfinished

_KINDS: dict[str, type[SongRequest] | type[OwnWords] | type[SungAgain] | type[Continuation]] = {
    kind.__name__: kind for kind in (SongRequest, OwnWords, SungAgain, Continuation)
}


@dataclass(frozen=True)
class SongMessage:
    """The message that shows a song, and the two ways to reach it."""

    channel_id: int | None
    message_id: int | None
    token: str
    """Of the interaction that it answers; valid for 15 minutes."""


@dataclass(frozen=True)
class UnfinishedSong:
    """A song that an earlier process of the bot left unfinished."""

    id: int
    artist: str
    wish: Wish
    message: SongMessage
    began_at: datetime


class UnfinishedSongs:
    """Stores the songs that are being sung."""

    def __init__(
        self, database: Database, deletions: RecentDeletions, *, on_disk: bool, now: Callable[[], datetime]
    ) -> None:
        """Store nothing unless `on_disk`, because it would record what members asked for."""
        self._database = database
        self._deletions = deletions
        self._on_disk = on_disk
        self._now = now

    async def begin(self, asker: Asker, wish: Wish, artist: str, message: SongMessage) -> int | None:
        """Store a song that a message shows from now on; return its id, or None if nothing is stored."""
        if not self._on_disk:
            return None
        pending = self._deletions.pending_write(asker)
        song = StoredUnfinished(
            id=0,
            user_id=asker.user_id,
            guild_id=asker.guild_id or OUTSIDE_GUILDS,
            channel_id=message.channel_id,
            message_id=message.message_id,
            token=message.token,
            artist=artist,
            wish=json.dumps({"kind": type(wish).__name__} | asdict(wish)),
            began_at=self._now(),
        )

        def transaction(connection: sqlite3.Connection) -> int | None:
            return unfinished_songs.add(connection, song) if pending.is_wanted else None

        return await self._database.write(transaction)

    async def shown_by(self, song_id: int, message_id: int) -> None:
        """Store which message shows a song, for when the interaction's token has expired."""
        await self._database.write(lambda connection: unfinished_songs.shown_by(connection, song_id, message_id))

    async def end(self, song_id: int) -> None:
        """Forget a song, because it is finished or its message is gone."""
        await self._database.write(lambda connection: unfinished_songs.delete(connection, song_id))

    async def mended(self, song_id: int) -> None:
        """Note that a song's message shows that it was interrupted; it can still be asked for again."""
        await self._database.write(lambda connection: unfinished_songs.mended(connection, song_id))

    async def left_behind(self) -> list[UnfinishedSong]:
        """List what an earlier process left unfinished; call it once, before any new song."""
        songs = []
        for stored in await self._database.read(unfinished_songs.to_be_mended):
            wish, token = _wish(stored.wish), stored.token
            if wish is None or token is None:  # written by another version of the bot
                await self.end(stored.id)
                continue
            message = SongMessage(stored.channel_id, stored.message_id, token)
            songs.append(UnfinishedSong(stored.id, stored.artist, wish, message, stored.began_at))
        return songs

    async def wish(self, asker: Asker, song_id: int) -> Wish:
        """Return the request for an interrupted song.

        Raises:
            Refusal: if it is no longer stored, or the asker may not see it here.
        """
        stored = await self._database.read(lambda connection: unfinished_songs.by_id(connection, song_id))
        wish = None if stored is None else _wish(stored.wish)
        if stored is None or wish is None:
            raise song_is_gone()
        check_may_see(asker, stored, private=wish.private)
        return wish


def _wish(text: str) -> Wish | None:
    """Read a wish that any version of the bot wrote; None if this version cannot."""
    try:
        data = json.loads(text)
        kind = _KINDS[data["kind"]]
        known = {field.name for field in fields(kind)}
        return kind(**{name: value for name, value in data.items() if name in known})
    except (ValueError, KeyError, TypeError):
        return None
