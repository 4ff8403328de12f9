"""How late the event loop is, measured by sleeping."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.metrics.histogram import Histogram

INTERVAL_SECONDS = 0.05


@asynccontextmanager
async def loop_lag_in(histogram: Histogram, interval_seconds: float = INTERVAL_SECONDS) -> AsyncIterator[None]:
    """Measure by how much short sleeps are too long, while the context lasts."""
    loop = asyncio.get_running_loop()

    async def measure() -> None:
        while True:
            due = loop.time() + interval_seconds
            await asyncio.sleep(interval_seconds)
            histogram.observe(max(0.0, loop.time() - due))

    task = asyncio.create_task(measure(), name="event loop lag")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
