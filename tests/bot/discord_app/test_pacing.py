import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import pairwise

import pytest

from bot.discord_app.pacing import paced


async def numbers(count: int, pause: float, closed: list[str]) -> AsyncGenerator[int, None]:
    try:
        for number in range(count):
            yield number
            await asyncio.sleep(pause)
    finally:
        closed.append("closed")


async def test_skips_what_comes_too_fast_but_never_the_last() -> None:
    began = time.monotonic()
    seen = [(number, time.monotonic() - began) async for number in paced(numbers(20, 0.01, []), 0.08)]
    assert seen[0][0] == 0
    assert seen[-1][0] == 19
    assert len(seen) <= 5
    gaps = [later[1] - earlier[1] for earlier, later in pairwise(seen)]
    assert all(gap >= 0.07 for gap in gaps[:-1])


async def test_the_last_item_does_not_wait() -> None:
    began = time.monotonic()
    assert [number async for number in paced(numbers(3, 0.01, []), 60)] == [0, 2]
    assert time.monotonic() - began < 5


async def test_a_slow_stream_loses_nothing() -> None:
    assert [number async for number in paced(numbers(4, 0.03, []), 0.001)] == [0, 1, 2, 3]


async def test_an_empty_stream_ends() -> None:
    assert [number async for number in paced(numbers(0, 0, []), 60)] == []


async def test_closing_closes_the_stream() -> None:
    closed: list[str] = []
    async with aclosing(paced(numbers(1000, 0.01, closed), 0.01)) as items:
        async for _ in items:
            break
    assert closed == ["closed"]


async def test_an_error_comes_after_what_preceded_it() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("broken")

    async with aclosing(paced(failing(), 60)) as items:
        assert await anext(items) == 1
        with pytest.raises(ValueError, match="broken"):
            await anext(items)
