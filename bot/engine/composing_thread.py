"""One thread in which all songs are composed, a piece of each in turn."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread


@dataclass(frozen=True)
class _End:
    error: Exception | None = None


class _Song:
    """A song in progress: made where it is asked for, advanced in the thread."""

    def __init__(self, begin: Callable[[], Iterator[str]], deliver: Callable[[str | _End], object]) -> None:
        self._begin = begin
        self._deliver = deliver
        self._pieces: Iterator[str] | None = None
        self.is_wanted = True

    def advance(self) -> bool:
        """Compose one piece and deliver it; False once there is nothing more to do."""
        if not self.is_wanted:
            return False
        try:
            if self._pieces is None:
                self._pieces = self._begin()
            piece = next(self._pieces, None)
        except Exception as error:
            self._deliver(_End(error))
            return False
        self._deliver(_End() if piece is None else piece)
        return piece is not None


class ComposingThread:
    """Interleaves the songs in progress, so that a long one does not hold up a short one."""

    def __init__(self) -> None:
        self._admitted: SimpleQueue[_Song | None] = SimpleQueue()  # None: stop
        self._thread = Thread(target=self._run, name="composing", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def stop(self) -> None:
        """End the thread after the piece that it is at; songs in progress are left unfinished."""
        self._admitted.put(None)
        await asyncio.to_thread(self._thread.join)

    async def compose(self, begin: Callable[[], Iterator[str]]) -> AsyncGenerator[str, None]:
        """Yield what an iterator of pieces yields, begun and advanced in the thread.

        An iterator whose reader is gone is dropped.
        """
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[str | _End] = asyncio.Queue()
        song = _Song(begin, lambda item: loop.call_soon_threadsafe(arrived.put_nowait, item))
        self._admitted.put(song)
        try:
            while not isinstance(item := await arrived.get(), _End):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            song.is_wanted = False

    def _run(self) -> None:
        songs: deque[_Song] = deque()
        while self._admit(songs):
            if songs[0].advance():
                songs.rotate(-1)
            else:
                songs.popleft()

    def _admit(self, songs: deque[_Song]) -> bool:
        """Take in all songs that wait, and wait for one if none is in progress; False to stop."""
        while True:
            try:
                song = self._admitted.get(block=not songs)
            except Empty:
                return True
            if song is None:
                return False
            songs.append(song)
