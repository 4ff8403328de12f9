"""Models ready to sing, kept in memory up to a limit in bytes."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from lstm.malloc import give_back
from lstm.model.model_file import load_model
from lstm.song.singer import Singer


class VersionGoneError(Exception):
    """A model version was deleted after it was chosen and before it was used."""


class SingerCache:
    """Loads models off the event loop, once for all who wait, and evicts the least recently used.

    A singer is immutable and identified by the id of a model version, which is never reused: nothing here has to be
    invalidated, and a singer that is in use stays usable after it has been evicted.
    """

    def __init__(self, read: Callable[[int], Awaitable[bytes]], budget_bytes: int) -> None:
        """Read model files with `read` and keep singers of at most `budget_bytes` in total.

        A singer that is larger than the whole budget is returned, but not kept.
        """
        self._read = read
        self._budget_bytes = budget_bytes
        self._singers: OrderedDict[int, Singer] = OrderedDict()  # the least recently used first
        self._loading: dict[int, asyncio.Task[Singer]] = {}

    @property
    def nbytes(self) -> int:
        """Total size of the singers that are kept."""
        return sum(singer.nbytes for singer in self._singers.values())

    async def get(self, version_id: int) -> Singer:
        """Return the singer of a model version, loading it if necessary.

        Raises:
            ModelFileError: if what was read is not a model.
            VersionGoneError: if `read` finds nothing to read.
        """
        singer = self._singers.get(version_id)
        if singer is not None:
            self._singers.move_to_end(version_id)
            return singer
        loading = self._loading.get(version_id)
        if loading is None:
            loading = asyncio.create_task(self._load(version_id), name=f"load model version {version_id}")
            self._loading[version_id] = loading
            loading.add_done_callback(lambda task: self._loaded(version_id, task))
        # Shielded: one waiter that gives up must not cancel the loading for the others.
        return await asyncio.shield(loading)

    async def _load(self, version_id: int) -> Singer:
        singer = await asyncio.to_thread(_singer, await self._read(version_id))
        await asyncio.to_thread(give_back)
        return singer

    def _loaded(self, version_id: int, loading: asyncio.Task[Singer]) -> None:
        del self._loading[version_id]
        if loading.cancelled() or loading.exception() is not None:
            return
        self._singers[version_id] = loading.result()
        while self.nbytes > self._budget_bytes:
            self._singers.popitem(last=False)


def _singer(data: bytes) -> Singer:
    return Singer(load_model(data))
