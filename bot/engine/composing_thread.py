"""One thread that composes all songs, stepping their streams together.

Continuous batching (G.-I. Yu et al., "Orca", 2022, section 3.1: iteration-level scheduling): at every step the streams
of all songs by artists of one base, whether they sample candidate lines or read seeds, take one unit each in one batch.
Songs join and leave at any step, so a long one does not hold up a short one, and thirty-two together take far less than
thirty-two times as long as one.

A thread and not a process: a step spends its time in NumPy without the interpreter's lock, or in short calls with it,
so the event loop waits no longer than the interpreter's switch interval, and singers need not be loaded twice.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType

from bot.metrics.tally import Tally
from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import PackedWeights
from lstm.network.second_core import using_second_core
from lstm.song.composing import CANDIDATES, Composition, Report

MOST_SONGS_AT_ONCE = 64
"""More songs wait for their turn."""
STREAMS_AT_ONCE = 64
"""With so many songs in progress that `CANDIDATES` each would exceed this, each song has fewer candidates."""
FEWEST_CANDIDATES = 2

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _End:
    error: Exception | None = None


@dataclass(eq=False)
class _Song:
    """A song in progress: created by whoever asks for it, advanced in the thread."""

    begin: Callable[[], Composition]
    deliver: Callable[[str | Report | _End], object]
    is_wanted: bool = True
    composition: Composition | None = None
    in_progress: set[Stream] = field(default_factory=set)
    """Streams that it is waiting for."""

    def __post_init__(self) -> None:
        self._steps: Iterator[list[Stream] | str] = iter(())

    def start(self) -> Composition:
        """Create the composition."""
        self.composition = self.begin()
        self._steps = self.composition.steps()
        return self.composition

    def advance(self) -> list[Stream] | None:
        """Deliver finished pieces and return the streams needed next; None once the song has ended."""
        for item in self._steps:
            if isinstance(item, str):
                self.deliver(item)
            elif wanting := [stream for stream in item if stream.wants_more]:
                self.in_progress = set(wanting)
                return wanting
        return None


class ComposingThread:
    """Composes any number of songs at a time, for as long as it is entered."""

    def __init__(self, tally: Tally | None = None) -> None:
        self._tally = tally or Tally()
        self._admitted: SimpleQueue[_Song | None] = SimpleQueue()  # None: stop
        self._thread = Thread(target=self._run, name="composing", daemon=True)
        self._songs: set[_Song] = set()
        self._waiting: deque[_Song] = deque()
        self._batches: dict[PackedWeights, StreamBatch] = {}
        self._owner: dict[Stream, _Song] = {}

    @property
    def songs_in_progress(self) -> int:
        """How many songs are being composed, not counting those that wait for their turn."""
        return len(self._songs)

    async def __aenter__(self) -> "ComposingThread":
        """Start the thread."""
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread after its current step; songs in progress are left unfinished."""
        self._admitted.put(None)
        await asyncio.to_thread(self._thread.join)

    async def compose(self, begin: Callable[[], Composition]) -> AsyncGenerator[str | Report, None]:
        """Yield the pieces of a composition, which is created and advanced in the thread, and finally its report.

        A composition whose reader is gone is dropped.
        """
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[str | Report | _End] = asyncio.Queue()

        def deliver(item: str | Report | _End) -> None:
            with suppress(RuntimeError):  # the loop is closed, so nobody reads
                loop.call_soon_threadsafe(arrived.put_nowait, item)

        song = _Song(begin, deliver)
        self._admitted.put(song)
        try:
            while not isinstance(item := await arrived.get(), _End):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            song.is_wanted = False

    def _run(self) -> None:
        with using_second_core():
            self._work()

    def _work(self) -> None:
        while True:
            try:
                admitted = self._admitted.get(block=not (self._songs or self._waiting))
                if admitted is None:
                    return
                self._waiting.append(admitted)
                continue  # until all waiting songs are admitted
            except Empty:
                pass
            try:
                self._advance_all()
            except Exception as error:  # without this thread, every song would wait for ever
                self._give_up_all(error)

    def _advance_all(self) -> None:
        """Let songs leave and join, and step every batch once."""
        self._drop_unwanted()
        self._admit()
        for packed, batch in list(self._batches.items()):
            if self._batches.get(packed) is not batch:
                continue  # given up meanwhile
            self._step(batch)
            if not len(batch):
                self._batches.pop(packed, None)

    def _step(self, batch: StreamBatch) -> None:
        self._tally.batch.observe(len(batch))
        self._tally.characters += batch.pending_characters
        try:
            finished = batch.step()
        except Exception as error:
            self._give_up(batch.packed, error)
            return
        joining: defaultdict[PackedWeights, list[Stream]] = defaultdict(list)
        for stream in finished:
            song = self._owner.pop(stream)
            song.in_progress.discard(stream)
            if not song.in_progress:
                self._advance(song, joining)
        self._join(joining)

    def _admit(self) -> None:
        joining: defaultdict[PackedWeights, list[Stream]] = defaultdict(list)
        while self._waiting and len(self._songs) < MOST_SONGS_AT_ONCE:
            song = self._waiting.popleft()
            if not song.is_wanted:
                continue
            self._songs.add(song)
            try:
                song.start()
            except Exception as error:
                self._end(song, error)
            else:
                self._advance(song, joining)
        self._join(joining)

    def _join(self, joining: Mapping[PackedWeights, list[Stream]]) -> None:
        """Add streams to the batches of their weights.

        All at once, because every change of a batch copies the states of all its streams.
        """
        for packed, streams in joining.items():
            try:
                self._batches.setdefault(packed, StreamBatch(streams[0].voice)).add(streams)
            except Exception as error:
                self._give_up(packed, error)

    def _advance(self, song: _Song, joining: defaultdict[PackedWeights, list[Stream]]) -> None:
        """Advance a song to the streams that it needs next; they join the batch of their voice's weights."""
        composition = song.composition
        if composition is None:
            return
        share = STREAMS_AT_ONCE // len(self._songs)
        composition.candidates = max(FEWEST_CANDIDATES, min(CANDIDATES, share))
        try:
            streams = song.advance()
            if streams is None:
                song.deliver(composition.report())
        except Exception as error:
            self._end(song, error)
            return
        if streams is None:
            self._end(song)
            return
        for stream in streams:
            self._owner[stream] = song
        joining[composition.voice.packed] += streams

    def _end(self, song: _Song, error: Exception | None = None) -> None:
        self._songs.discard(song)
        song.deliver(_End(error))

    def _give_up(self, packed: PackedWeights, error: Exception) -> None:
        """End the songs of a batch that failed: their readers get the error, and the other batches sing on."""
        self._batches.pop(packed, None)
        songs = [song for song in self._songs if song.composition and song.composition.voice.packed is packed]
        log.error("composing failed; songs ended: %d", len(songs), exc_info=error)
        for song in songs:
            self._disown(song)
            self._end(song, error)

    def _give_up_all(self, error: Exception) -> None:
        """End all songs in progress, whatever failed; those that wait for their turn are sung."""
        log.error("composing failed; songs ended: %d", len(self._songs), exc_info=error)
        self._batches.clear()
        self._owner.clear()
        for song in list(self._songs):
            self._end(song, error)

    def _drop_unwanted(self) -> None:
        for song in [song for song in self._songs if not song.is_wanted]:
            self._songs.discard(song)
            self._disown(song)
            if song.composition is None:
                continue
            packed = song.composition.voice.packed
            if (batch := self._batches.get(packed)) is not None:
                try:
                    batch.drop(song.in_progress)
                except Exception as error:
                    self._give_up(packed, error)

    def _disown(self, song: _Song) -> None:
        """Expect no more streams of a song."""
        for stream in song.in_progress:
            self._owner.pop(stream, None)
