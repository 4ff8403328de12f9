"""What is stored about a person: shows, exports and deletes it."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.services.asking import Asker, Refusal
from bot.services.export_file import (
    ExportPart,
    exported_like,
    exported_request,
    exported_training,
    exported_unfinished,
)
from bot.services.song import song_title
from bot.services.song_record import SongRecord
from bot.store import jobs, likes, requests, unfinished_songs
from bot.store.database import Database
from bot.store.guilds import OUTSIDE_GUILDS
from bot.store.job_records import Job
from bot.store.likes import StoredLike
from bot.store.requests import StoredRequest
from bot.store.unfinished_songs import StoredUnfinished

ENTRIES_A_PAGE = 6
_ROWS_AT_ONCE = 500
"""Songs of an export that are read at a time: about 1 MB."""

OF_A_PERSON = (
    requests.delete_of_person,
    unfinished_songs.delete_of_person,
    jobs.forget_asker,
    likes.delete_of_person,
)
"""What deletes everything stored about a person; each takes the user's id, and returns a number of rows."""
EXPIRED = (requests.delete_before, unfinished_songs.delete_before, jobs.forget_askers_before)
"""What deletes everything about persons that is older than a time, and returns a number of rows."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HistoryEntry:
    """One of the asker's own songs."""

    request_id: int
    title: str
    artist: str
    seed: str
    lines: int
    rhyme: str
    private: bool
    asked_at: datetime
    guild_id: int | None = None
    channel_id: int | None = None
    message_id: int | None = None
    """The public message that shows it, if that is known."""
    partner: str | None = None
    """The second artist, who sings every other stanza."""


@dataclass(frozen=True)
class HistoryPage:
    """A page of the asker's songs here, newest first."""

    entries: tuple[HistoryEntry, ...]
    page: int
    pages: int
    """At least 1."""
    requests: int
    """On all pages."""


@dataclass(frozen=True)
class Deleted:
    """How much of a person's data was deleted."""

    requests: int
    trainings: int
    """Training jobs that no longer record who asked for them; the artists belong to their guild and stay."""
    likes: int = 0
    """Votes for songs, their own and others'."""


class PrivacyService:
    """Everything a person may ask about their own data."""

    def __init__(
        self, database: Database, record: SongRecord, *, history_days: int, now: Callable[[], datetime]
    ) -> None:
        """Keep requests for `history_days`."""
        self._database = database
        self._record = record
        self._history_days = history_days
        self._now = now
        self._exporting: set[int] = set()

    async def history(self, asker: Asker, page: int = 1) -> HistoryPage:
        """Show a page of the asker's own requests here: in this guild, or outside of guilds.

        Those that are kept in memory only come first.

        Raises:
            Refusal: if there is no such page.
        """

        guild_id = asker.guild_id or OUTSIDE_GUILDS
        recent = [song for song in reversed(self._record.in_memory(asker.user_id)) if song.guild_id == guild_id]

        def read(connection: sqlite3.Connection) -> HistoryPage:
            count = len(recent) + requests.count_here(connection, asker.user_id, guild_id)
            pages = max(1, -(-count // ENTRIES_A_PAGE))
            if not 1 <= page <= pages:
                raise Refusal(
                    f"Your history has only {pages} pages." if pages > 1 else "Your history has only one page."
                )
            first = (page - 1) * ENTRIES_A_PAGE
            found = recent[first : first + ENTRIES_A_PAGE]
            offset, limit = max(0, first - len(recent)), ENTRIES_A_PAGE - len(found)
            found += requests.page_here(connection, asker.user_id, guild_id, offset=offset, limit=limit)
            return HistoryPage(tuple(_entry(request) for request in found), page, pages, count)

        return await self._database.read(read)

    async def export(self, asker: Asker, part_bytes: int | None = None) -> AsyncGenerator[bytes, None]:
        """Yield what is stored about the asker, in any place, as JSON files in UTF-8, newest songs first.

        `bot.services.export_file` says what they hold.

        Songs are read and written piece by piece, off the event loop, so that a long export holds up nobody.

        Args:
            asker: whose data.
            part_bytes: the largest size of one file; a longer export is split into several, each valid by itself.
                None: one file.

        Raises:
            Refusal: if an export for the same person is in progress.
        """
        if asker.user_id in self._exporting:
            raise Refusal("Your export is already being prepared; wait until it arrives.")
        self._exporting.add(asker.user_id)
        try:
            async with aclosing(self._export(asker.user_id, part_bytes)) as parts:
                async for part in parts:
                    yield part
        finally:
            self._exporting.discard(asker.user_id)

    async def _export(self, user_id: int, part_bytes: int | None) -> AsyncGenerator[bytes, None]:
        def read(
            connection: sqlite3.Connection,
        ) -> tuple[list[int], list[Job], list[StoredLike], list[StoredUnfinished]]:
            return (
                requests.of_person(connection, user_id),
                jobs.of_person(connection, user_id),
                likes.of_person(connection, user_id),
                unfinished_songs.of_person(connection, user_id),
            )

        ids, trainings, liked, unfinished = await self._database.read(read)
        part = ExportPart(
            user_id,
            self._now(),
            [exported_training(job) for job in trainings],
            [exported_like(like) for like in liked],
            [exported_unfinished(song) for song in unfinished],
        )
        async with aclosing(self._songs(user_id, ids)) as songs:
            async for song in songs:
                if part_bytes is not None and not part.is_empty and part.size_with(song) > part_bytes:
                    yield part.whole()
                    part = ExportPart(user_id, self._now())
                part.add(song)
        yield part.whole()

    async def _songs(self, user_id: int, ids: list[int]) -> AsyncGenerator[bytes, None]:
        """Yield a person's songs as JSON, newest first, as far as they are still stored."""
        for request in reversed(self._record.in_memory(user_id)):
            yield exported_request(request)
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            found = await self._database.read(partial(requests.by_ids, ids=ids[start : start + _ROWS_AT_ONCE]))
            for song in await asyncio.to_thread(lambda rows: [exported_request(row) for row in rows], found):
                yield song

    async def delete(self, asker: Asker) -> Deleted:
        """Delete everything stored about the asker, in any place."""

        deletions = [partial(delete, user_id=asker.user_id) for delete in OF_A_PERSON]
        in_memory = self._record.forget_person(asker.user_id)
        await self._database.erase_from_copies(*deletions)
        songs, unfinished, trainings, votes = await self._database.write(
            lambda connection: [delete(connection) for delete in deletions]
        )
        await self._database.give_back_space()
        return Deleted(requests=songs + unfinished + in_memory, trainings=trainings, likes=votes)

    async def purge(self) -> int:
        """Delete the requests that are older than LYRICS_HISTORY_DAYS; return how many.

        Training jobs that ended before that forget who asked for them.
        """
        oldest = self._now() - timedelta(days=self._history_days)

        deletions = [partial(delete, time=oldest) for delete in EXPIRED]
        await self._database.erase_from_copies(*deletions, is_demanded=False)
        songs, unfinished, forgotten = await self._database.write(
            lambda connection: [delete(connection) for delete in deletions]
        )
        purged = songs + unfinished
        if purged or forgotten or self._database.holds_deleted:
            await self._database.give_back_space()
        if purged:
            log.info("deleted requests older than %d days: %d", self._history_days, purged)
        return purged


def _entry(request: StoredRequest) -> HistoryEntry:
    return HistoryEntry(
        request_id=request.id,
        title=song_title(request.text),
        artist=request.artist,
        seed=request.seed,
        lines=request.lines,
        rhyme=request.rhyme,
        private=request.private,
        asked_at=request.asked_at,
        guild_id=request.guild_id or None,
        channel_id=request.channel_id,
        message_id=request.message_id,
        partner=request.partner,
    )
