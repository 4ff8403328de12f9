"""Waits for what other processes and threads do without announcing it."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float) -> None:
    """Return as soon as the condition holds; fail if it does not hold within that many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)
