"""Models ready to sing, kept in memory up to a number of bytes."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from lstm.decoding.weights import Voice
from lstm.model.memory_trim import give_back
from lstm.model.model_file import load_model


class VersionGoneError(Exception):
    """A model version was deleted between its choice and its use."""


class VoiceCache:
    """Loads models off the event loop, once for all who wait, and lets the least recently used go.

    A voice is immutable and known by the id of a model version, which is never used twice: nothing here has to be
    invalidated, and whoever holds a voice may go on using it after it has left the cache.
    """

    def __init__(self, read: Callable[[int], Awaitable[bytes]], budget_bytes: int) -> None:
        """Read model files by `read` and keep voices of at most `budget_bytes` together.

        A voice that is larger than the whole budget is handed out, but not kept.
        """
        self._read = read
        self._budget_bytes = budget_bytes
        self._voices: OrderedDict[int, Voice] = OrderedDict()  # the least recently used first
        self._loading: dict[int, asyncio.Task[Voice]] = {}

    @property
    def nbytes(self) -> int:
        """Bytes of the voices that are kept."""
        return sum(voice.nbytes for voice in self._voices.values())

    async def get(self, version_id: int) -> Voice:
        """Return the voice of a model version, loaded if it must be.

        Raises:
            ModelFileError: if what was read is no model.
            VersionGoneError: if `read` finds nothing to read.
        """
        voice = self._voices.get(version_id)
        if voice is not None:
            self._voices.move_to_end(version_id)
            return voice
        loading = self._loading.get(version_id)
        if loading is None:
            loading = asyncio.create_task(self._load(version_id), name=f"load model version {version_id}")
            self._loading[version_id] = loading
            loading.add_done_callback(lambda task: self._loaded(version_id, task))
        # Shielded: one waiter that gives up does not take the voice from the others.
        return await asyncio.shield(loading)

    async def _load(self, version_id: int) -> Voice:
        voice = await asyncio.to_thread(_voice, await self._read(version_id))
        await asyncio.to_thread(give_back)
        return voice

    def _loaded(self, version_id: int, loading: asyncio.Task[Voice]) -> None:
        del self._loading[version_id]
        if loading.cancelled() or loading.exception() is not None:
            return
        self._voices[version_id] = loading.result()
        while self.nbytes > self._budget_bytes:
            self._voices.popitem(last=False)


def _voice(data: bytes) -> Voice:
    return Voice(load_model(data))
