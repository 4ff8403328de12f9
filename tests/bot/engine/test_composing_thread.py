import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from bot.engine.composing_thread import ComposingThread


@pytest.fixture
async def thread() -> AsyncIterator[ComposingThread]:
    running = ComposingThread()
    running.start()
    yield running
    await running.stop()


async def test_pieces_arrive_in_order_from_another_thread(thread: ComposingThread) -> None:
    def pieces() -> Iterator[str]:
        for number in range(5):
            yield f"{number} {threading.current_thread().name}"

    assert [piece async for piece in thread.compose(pieces)] == [f"{number} composing" for number in range(5)]


async def test_a_long_song_does_not_hold_up_a_short_one(thread: ComposingThread) -> None:
    enough = threading.Event()

    def endless() -> Iterator[str]:
        while not enough.is_set():
            yield "la"

    async with aclosing(thread.compose(endless)) as long_song:
        assert await anext(long_song) == "la"
        short_song = [piece async for piece in thread.compose(lambda: iter(["a", "b", "c"]))]
        assert short_song == ["a", "b", "c"]
    enough.set()


async def test_a_song_whose_reader_is_gone_is_dropped(thread: ComposingThread) -> None:
    closed = threading.Event()

    def endless() -> Iterator[str]:
        try:
            while True:
                yield "la"
        finally:
            closed.set()

    async with aclosing(thread.compose(endless)) as song:
        await anext(song)
    assert await asyncio.to_thread(closed.wait, 10)


async def test_an_error_reaches_the_reader_and_only_that_one(thread: ComposingThread) -> None:
    def broken() -> Iterator[str]:
        yield "a"
        raise ArithmeticError("out of tune")

    song = thread.compose(broken)
    assert await anext(song) == "a"
    with pytest.raises(ArithmeticError, match="out of tune"):
        await anext(song)
    assert [piece async for piece in thread.compose(lambda: iter("xyz"))] == ["x", "y", "z"]


async def test_stopping_does_not_wait_for_songs() -> None:
    thread = ComposingThread()
    thread.start()

    def endless() -> Iterator[str]:
        while True:
            yield "la"

    song = thread.compose(endless)
    await anext(song)
    async with asyncio.timeout(5):
        await thread.stop()
    await song.aclose()
