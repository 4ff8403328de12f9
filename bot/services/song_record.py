"""The record of songs, which the buttons below a song refer to."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from bot.services.recent_deletions import PendingWrite, RecentDeletions
from bot.store import requests
from bot.store.database import Database
from bot.store.faults import StoreError
from bot.store.requests import StoredRequest

_KEPT_IN_MEMORY = 1_000

log = logging.getLogger(__name__)


class SongRecord:
    """Keeps requests in the database, or (LYRICS_HISTORY_DAYS 0) only the latest ones in memory."""

    def __init__(
        self, database: Database, deletions: RecentDeletions, *, on_disk: bool, new_id: Callable[[], int]
    ) -> None:
        """Keep requests; those in memory get ids from `new_id`, which must never repeat."""
        self._database = database
        self.deletions = deletions
        """Songs, and whatever else is being made."""
        self._new_id = new_id
        self.is_on_disk = on_disk
        self._recent: OrderedDict[int, StoredRequest] = OrderedDict()

    async def keep(self, pending: PendingWrite, request: StoredRequest) -> int:
        """Keep a request, unless it is no longer wanted, and return its new id."""
        if pending.is_wanted and self.is_on_disk:
            try:
                # There is no await in between, so a deletion requested from now on is queued behind this write.
                return await self._database.write(lambda connection: requests.record(connection, request))
            except StoreError as error:  # the song has been sung: its buttons work until the next start
                log.error("a song is kept in memory only. %s", error)
        request_id = self._new_id()
        if not pending.is_wanted:
            return request_id
        self._recent[request_id] = replace(request, id=request_id)
        if len(self._recent) > _KEPT_IN_MEMORY:
            self._recent.popitem(last=False)
        return request_id

    async def extend(self, request: StoredRequest) -> bool:
        """Replace the text of a kept song after more of it was composed; False if it is no longer kept."""
        if (kept := self._recent.get(request.id)) is not None:
            # As in the database: anything else noted about it meanwhile stays.
            self._recent[request.id] = replace(
                kept,
                text=request.text,
                seconds=request.seconds,
                copied_lines=request.copied_lines,
                rhymes_missed=request.rhymes_missed,
            )
            return True
        return await self._database.write(lambda connection: requests.extend(connection, request))

    async def remember_message(self, request_id: int, message_id: int | None) -> None:
        """Store which message shows a song; None after it was deleted."""
        if request_id in self._recent:
            self._recent[request_id] = replace(self._recent[request_id], message_id=message_id)
        else:
            await self._database.write(lambda connection: requests.remember_message(connection, request_id, message_id))

    async def find(self, request_id: int) -> StoredRequest | None:
        """Find a request that is still kept."""
        if request_id in self._recent:
            return self._recent[request_id]
        return await self._database.read(lambda connection: requests.by_id(connection, request_id))

    async def forget(self, request_id: int) -> None:
        """Forget one request, leaving nothing of it in any file."""
        if self._recent.pop(request_id, None) is None:
            stored = await self.find(request_id)
            if stored is not None:
                await self._database.erase_from_copies(lambda connection: requests.delete_same(connection, stored))
            await self._database.write(lambda connection: requests.delete(connection, request_id))
            await self._database.give_back_space()

    def in_memory(self, user_id: int) -> list[StoredRequest]:
        """Return a person's requests that are kept in memory only, oldest first."""
        return [request for request in self._recent.values() if request.user_id == user_id]

    def forget_person(self, user_id: int) -> int:
        """Forget a person's requests in memory and return how many; the caller deletes those in the database.

        What is being made for them will not be recorded.
        """
        self.deletions.forget_person(user_id)
        return self._forget(lambda request: request.user_id == user_id)

    def forget_guild(self, guild_id: int) -> int:
        """Forget a guild's requests in memory, as `forget_person` does a person's."""
        self.deletions.forget_guild(guild_id)
        return self._forget(lambda request: request.guild_id == guild_id)

    def _forget(self, is_meant: Callable[[StoredRequest], bool]) -> int:
        meant = [request.id for request in filter(is_meant, self._recent.values())]
        for request_id in meant:
            del self._recent[request_id]
        return len(meant)
