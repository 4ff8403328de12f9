import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing

import pytest

from bot.engine import composing_thread
from bot.engine.composing_thread import ComposingThread
from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.model.model_file import load_model
from lstm.song.composing import Composition, Report, SongSettings, drive
from lstm.song.singer import Singer
from tests.bot import samples
from tests.bot.waiting import until


@pytest.fixture
async def thread() -> AsyncIterator[ComposingThread]:
    async with ComposingThread() as running:
        yield running


@pytest.fixture(scope="module")
def singer() -> Singer:
    return Singer(load_model(samples.model(1)))


def settings(lines: int = 4, random_seed: int = 1, rhyme: str = "none") -> SongSettings:
    return SongSettings(lines=lines, random_seed=random_seed, rhyme=rhyme)


async def sing(thread: ComposingThread, singer: Singer, seed: str, chosen: SongSettings) -> str:
    composed = thread.compose(lambda: Composition(singer, seed, chosen))
    return "".join([piece async for piece in composed if isinstance(piece, str)])


async def test_a_song_alone_is_the_one_that_is_composed_without_the_thread(
    thread: ComposingThread, singer: Singer
) -> None:
    for rhyme in ("none", "AABB"):
        alone = "".join(drive(Composition(singer, "I walk", settings(rhyme=rhyme))))
        assert await sing(thread, singer, "I walk", settings(rhyme=rhyme)) == alone


async def test_songs_of_several_voices_and_seeds_are_not_mixed_up(thread: ComposingThread, singer: Singer) -> None:
    other = Singer(load_model(samples.model(2)))
    seeds = [f"song {number}" for number in range(20)]
    songs = await asyncio.gather(
        *(sing(thread, other if k % 3 else singer, seed, settings(random_seed=k)) for k, seed in enumerate(seeds))
    )
    for seed, song in zip(seeds, songs, strict=True):
        assert song.startswith(seed)
        assert len([line for line in song.splitlines() if line.strip()]) == 4


async def test_a_long_song_does_not_hold_up_a_short_one(thread: ComposingThread, singer: Singer) -> None:
    async with aclosing(thread.compose(lambda: Composition(singer, "long", settings(lines=5000)))) as long_song:
        assert await anext(long_song) == "long"
        assert (await sing(thread, singer, "short", settings(lines=2))).startswith("short")


async def test_a_song_whose_reader_is_gone_is_dropped(thread: ComposingThread, singer: Singer) -> None:
    async with aclosing(thread.compose(lambda: Composition(singer, "long", settings(lines=5000)))) as song:
        await anext(song)
    async with asyncio.timeout(10):
        while thread._songs or thread._batches:
            await sing(thread, singer, "short", settings(lines=2))


async def test_an_error_reaches_the_reader_and_only_that_one(thread: ComposingThread, singer: Singer) -> None:
    def fails(line: str) -> bool:
        raise ArithmeticError("out of tune")

    broken = thread.compose(lambda: Composition(singer, "I walk", settings(), is_filtered=fails))
    other = asyncio.create_task(sing(thread, singer, "I walk", settings()))
    with pytest.raises(ArithmeticError, match="out of tune"):
        async for _ in broken:
            pass
    assert (await other).startswith("I walk")


async def test_a_step_that_fails_ends_the_songs_of_that_voice_and_no_other(
    thread: ComposingThread, singer: Singer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, step = Singer(load_model(samples.model(2))), StreamBatch.step

    def fails_for_one(batch: StreamBatch) -> list[Stream]:
        if batch.packed is broken.voice.packed:
            raise ArithmeticError("out of tune")
        return step(batch)

    monkeypatch.setattr(StreamBatch, "step", fails_for_one)
    songs = [sing(thread, broken if k % 2 else singer, "I walk", settings(random_seed=k)) for k in range(6)]
    sung = await asyncio.gather(*songs, return_exceptions=True)
    assert all(isinstance(song, ArithmeticError) for song in sung[1::2])
    assert all(str(song).startswith("I walk") for song in sung[::2])
    assert (await sing(thread, singer, "and on", settings())).startswith("and on")


async def test_streams_that_cannot_be_added_end_the_songs_of_that_voice_and_no_other(
    thread: ComposingThread, singer: Singer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, add = Singer(load_model(samples.model(2))), StreamBatch.add

    def fails_for_one(batch: StreamBatch, streams: Iterable[Stream]) -> None:
        if batch.packed is broken.voice.packed:
            raise MemoryError
        add(batch, streams)

    monkeypatch.setattr(StreamBatch, "add", fails_for_one)
    songs = [sing(thread, broken if k % 2 else singer, "I walk", settings(random_seed=k)) for k in range(6)]
    async with asyncio.timeout(10):
        sung = await asyncio.gather(*songs, return_exceptions=True)
    assert all(isinstance(song, MemoryError) for song in sung[1::2])
    assert all(str(song).startswith("I walk") for song in sung[::2])
    assert "MemoryError" in caplog.text


async def test_streams_that_cannot_be_dropped_end_the_songs_beside_them_and_not_the_thread(
    thread: ComposingThread, singer: Singer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_batch: StreamBatch, _streams: Iterable[Stream]) -> None:
        raise MemoryError

    monkeypatch.setattr(StreamBatch, "drop", fails)
    async with aclosing(thread.compose(lambda: Composition(singer, "gone", settings(lines=5000)))) as gone:
        await anext(gone)
        beside = asyncio.create_task(sing(thread, singer, "beside", settings(lines=5000)))
        await until(lambda: thread.songs_in_progress == 2, 5)
    async with asyncio.timeout(10):
        with pytest.raises(MemoryError):
            await beside
        assert (await sing(thread, singer, "and on", settings())).startswith("and on")


async def test_whatever_fails_ends_the_songs_in_progress_and_not_the_thread(
    thread: ComposingThread, singer: Singer
) -> None:
    class Broken(Composition):
        """One whose number of candidates cannot be set once it sings."""

        def __setattr__(self, name: str, value: object) -> None:
            if name == "candidates" and hasattr(self, name):
                raise ArithmeticError("out of tune")
            super().__setattr__(name, value)

    async with asyncio.timeout(10):
        with pytest.raises(ArithmeticError, match="out of tune"):
            await anext(thread.compose(lambda: Broken(singer, "I walk", settings())))
        assert (await sing(thread, singer, "and on", settings())).startswith("and on")


async def test_songs_beyond_the_bound_wait_and_are_sung(
    thread: ComposingThread, singer: Singer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing_thread, "MOST_SONGS_AT_ONCE", 2)
    songs = await asyncio.gather(*(sing(thread, singer, f"song {k}", settings(lines=2)) for k in range(9)))
    assert [song[:6] for song in songs] == [f"song {k}" for k in range(9)]


async def test_stopping_does_not_wait_for_songs(singer: Singer) -> None:
    async with ComposingThread() as thread:
        song = thread.compose(lambda: Composition(singer, "long", settings(lines=5000)))
        await anext(song)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 5
    await song.aclose()


async def test_a_song_ends_with_what_can_be_said_of_it(thread: ComposingThread) -> None:
    copying = Singer(load_model(samples.copying_model()))
    song = [piece async for piece in thread.compose(lambda: Composition(copying, "Oh!", settings(lines=4)))]
    *_, last = song
    assert isinstance(last, Report)
    assert last.copied_lines == 3
    assert last.longest_copied_run == 7
    assert all(isinstance(piece, str) for piece in song[:-1])


async def test_a_song_that_nobody_waits_for_is_not_begun(
    thread: ComposingThread, singer: Singer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing_thread, "MOST_SONGS_AT_ONCE", 1)
    begun = []

    async def whole(seed: str, lines: int) -> None:
        def begin() -> Composition:
            begun.append(seed)
            return Composition(singer, seed, settings(lines))

        async with aclosing(thread.compose(begin)) as pieces:
            async for _ in pieces:
                pass

    first = asyncio.create_task(whole("first", 5000))
    await until(lambda: thread.songs_in_progress == 1, 5)
    gone = asyncio.create_task(whole("gone", 2))
    await asyncio.sleep(0.05)
    assert thread.songs_in_progress == 1
    for task in (gone, first):
        task.cancel()
        await asyncio.wait([task])
    await whole("next", 2)
    assert begun == ["first", "next"]


async def test_two_singers_of_one_song_are_stepped_each_by_its_own_voice(thread: ComposingThread) -> None:
    first, second = (Singer(load_model(samples.model(random_seed=seed))) for seed in (0, 1))
    chosen = settings(lines=8, random_seed=4)

    def begin() -> Composition:
        return Composition(first, "I walk", chosen, partner=second)

    alone = "".join(drive(begin()))
    songs = await asyncio.gather(*(_whole(thread, begin) for _ in range(3)))
    assert songs == [alone] * 3
    assert thread.songs_in_progress == 0


async def test_songs_of_artists_of_one_base_are_stepped_together(
    thread: ComposingThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    singers = [Singer(artist) for artist in samples.artists(2)]
    alone = ["".join(drive(Composition(singer, "I walk", settings(lines=8)))) for singer in singers]
    step, steps = StreamBatch.step, []

    def noted(batch: StreamBatch) -> list[Stream]:
        voices = {song.composition.voice for song in thread._songs if song.composition}
        steps.append((len(thread._batches), len(voices)))
        return step(batch)

    monkeypatch.setattr(StreamBatch, "step", noted)
    assert await asyncio.gather(*(sing(thread, singer, "I walk", settings(lines=8)) for singer in singers)) == alone
    assert {batches for batches, _ in steps} == {1}
    assert 2 in {voices for _, voices in steps}


async def _whole(thread: ComposingThread, begin: Callable[[], Composition]) -> str:
    return "".join([piece async for piece in thread.compose(begin) if isinstance(piece, str)])
