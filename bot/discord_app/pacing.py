"""Slows a stream down to Discord's rate limit for edits."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TypeVar

SECONDS_BETWEEN_EDITS = 1.3
"""Discord allows 5 edits of a message in 5 s; at this rate, the last one can always be sent at once."""

Item = TypeVar("Item")


async def paced(stream: AsyncGenerator[Item, None], seconds: float) -> AsyncGenerator[Item, None]:
    """Yield the newest item of a stream, at most one every ``seconds``, but the last one as soon as the stream ends.

    Use it within ``aclosing``, which then closes the stream as well.
    """
    newest: list[Item] = []
    news = asyncio.Event()

    async def read() -> None:
        async with aclosing(stream):
            async for item in stream:
                newest[:] = [item]
                news.set()

    reading = asyncio.create_task(read())
    reading.add_done_callback(lambda _: news.set())
    try:
        while True:
            await news.wait()
            news.clear()
            if newest:
                yield newest.pop()
                await asyncio.wait({reading}, timeout=seconds)
            if reading.done() and not newest:
                reading.result()
                return
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading
