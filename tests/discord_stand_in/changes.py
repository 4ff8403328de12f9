"""Waiting for something to become true, without polling."""

import asyncio
from collections.abc import Callable


class Changes:
    """Where records announce their changes and tests wait for them."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def announce(self) -> None:
        """Wake everything that is waiting."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, condition: Callable[[], bool], within: float, what: str) -> None:
        """Return once ``condition()`` holds; ``AssertionError`` that names ``what`` after ``within`` seconds."""
        try:
            async with asyncio.timeout(within):
                while not condition():
                    await self._next()
        except TimeoutError:
            raise AssertionError(f"waited {within:g} s in vain for {what}") from None

    async def quiet(self, seconds: float, within: float) -> None:
        """Return once nothing has been announced for ``seconds``."""
        async with asyncio.timeout(within):
            while True:
                try:
                    async with asyncio.timeout(seconds):
                        await self._next()
                except TimeoutError:
                    return

    async def _next(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)
