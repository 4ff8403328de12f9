"""The record of what was sung, which the buttons under a song go back to."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from bot.store import requests
from bot.store.database import Database
from bot.store.requests import StoredRequest

_KEPT_IN_MEMORY = 1_000


class SongRecord:
    """Keeps requests in the database, or (LYRICS_HISTORY_DAYS 0) the last ones in memory and nowhere else."""

    def __init__(self, database: Database, *, on_disk: bool, new_id: Callable[[], int]) -> None:
        """Keep requests; those in memory get ids from `new_id`, which must not repeat after a restart."""
        self._database = database
        self._on_disk = on_disk
        self._new_id = new_id
        self._recent: OrderedDict[int, StoredRequest] = OrderedDict()

    async def keep(self, request: StoredRequest) -> int:
        """Keep a request and return its id; the id in it is not used."""
        if self._on_disk:
            return await self._database.write(lambda connection: requests.record(connection, request))
        request_id = self._new_id()
        self._recent[request_id] = replace(request, id=request_id)
        if len(self._recent) > _KEPT_IN_MEMORY:
            self._recent.popitem(last=False)
        return request_id

    async def find(self, request_id: int) -> StoredRequest | None:
        """Find a request that is still kept."""
        if request_id in self._recent:
            return self._recent[request_id]
        return await self._database.read(lambda connection: requests.by_id(connection, request_id))

    async def forget(self, request_id: int) -> None:
        """Forget one request."""
        if self._recent.pop(request_id, None) is None:
            await self._database.write(lambda connection: requests.delete(connection, request_id))

    def forget_person(self, user_id: int) -> int:
        """Forget a person's requests in memory and return how many; those in the database are the caller's."""
        theirs = [request.id for request in self._recent.values() if request.user_id == user_id]
        for request_id in theirs:
            del self._recent[request_id]
        return len(theirs)
