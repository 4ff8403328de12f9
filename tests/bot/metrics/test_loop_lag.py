import asyncio
import time

from bot.metrics.histogram import LAG_SECONDS, Histogram
from bot.metrics.loop_lag import loop_lag_in


async def test_a_blocked_loop_is_late() -> None:
    histogram = Histogram(LAG_SECONDS)
    async with loop_lag_in(histogram, interval_seconds=0.01):
        await asyncio.sleep(0.05)
        time.sleep(0.3)  # noqa: ASYNC251 - what must not happen
        await asyncio.sleep(0.02)
    assert histogram.sum > 0.25
    assert sum(histogram.counts[LAG_SECONDS.index(0.25) + 1 :]) == 1
    measured = sum(histogram.counts)
    await asyncio.sleep(0.03)
    assert sum(histogram.counts) == measured > 1
