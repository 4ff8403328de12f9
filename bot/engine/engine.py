"""Composes songs: voices from the cache, pieces from the composing thread."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from types import TracebackType

from bot.engine.composing_thread import ComposingThread
from bot.engine.voice_cache import VoiceCache
from bot.metrics.tally import Tally
from lstm.song.composing import Composition, Report, SongSettings


class Engine:
    """Sings by any model version, for as long as it is entered."""

    def __init__(self, read: Callable[[int], Awaitable[bytes]], cache_bytes: int, tally: Tally | None = None) -> None:
        """Read the model files of versions by `read`, and keep at most `cache_bytes` of loaded models."""
        self._voices = VoiceCache(read, cache_bytes)
        self._thread = ComposingThread(tally)

    @property
    def songs_in_progress(self) -> int:
        """How many songs are being composed, those apart that wait for their turn."""
        return self._thread.songs_in_progress

    @property
    def models_bytes(self) -> int:
        """Memory of the models that are kept loaded."""
        return self._voices.nbytes

    async def __aenter__(self) -> "Engine":
        """Start composing."""
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._thread.stop()

    async def compose(
        self,
        version_id: int,
        seed: str,
        settings: SongSettings,
        is_filtered: Callable[[str], bool] | None = None,
    ) -> AsyncGenerator[str | Report, None]:
        """Yield a song piece by piece, which begins with the seed as typed, and last what can be said of it.

        A song keeps the singer that it began with, whatever is published meanwhile. `is_filtered` is true of a line
        that must not be sung; it is called in the composing thread.

        Raises:
            ModelFileError: if the model cannot be loaded.
            VersionGoneError: if it was deleted meanwhile.
        """
        singer = await self._voices.get(version_id)
        song = self._thread.compose(lambda: Composition(singer, seed, settings, is_filtered))
        async with aclosing(song) as pieces:
            async for piece in pieces:
                yield piece
