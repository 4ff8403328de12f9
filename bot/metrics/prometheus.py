"""Serves the tally to Prometheus on loopback; imported only if LYRICS_METRICS_PORT is set."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from math import isinf

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.metrics.histogram import Histogram
from bot.metrics.tally import Outcome, Standing, Tally

_ADDRESS = "127.0.0.1"
_PATIENCE_SECONDS = 5.0
"""How long a scrape waits for the event loop before it leaves out what only the loop knows."""


class TallyCollector(Collector):
    """Reads the tally whenever it is scraped, in a thread of the server."""

    def __init__(self, tally: Tally, standing: Callable[[], Standing | None]) -> None:
        self._tally = tally
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        tally = self._tally
        requests = CounterMetricFamily("lyrics_requests", "Finished requests for songs.", labels=["outcome"])
        for outcome in Outcome:
            requests.add_metric([outcome], tally.requests[outcome])
        yield requests
        yield _histogram("lyrics_first_line_seconds", "From the request to its first line.", tally.first_line_seconds)
        yield _histogram("lyrics_song_seconds", "From the request to its whole song.", tally.song_seconds)
        yield _histogram("lyrics_batch_streams", "Streams that advance in one step.", tally.batch)
        yield CounterMetricFamily("lyrics_characters", "Characters read or sampled by the network.", tally.characters)
        yield _histogram("lyrics_event_loop_lag_seconds", "Delay of the event loop.", tally.loop_lag_seconds)
        yield CounterMetricFamily("lyrics_errors", "Errors in the log.", tally.errors)
        standing = self._standing()
        if standing is not None:
            yield from _gauges(standing)


@asynccontextmanager
async def served(port: int, tally: Tally, standing: Callable[[], Awaitable[Standing]]) -> AsyncIterator[None]:
    """Serve the metrics while the context lasts.

    Raises:
        OSError: if the port cannot be opened.
    """
    loop = asyncio.get_running_loop()

    async def ask() -> Standing:
        return await standing()

    def standing_now() -> Standing | None:
        # The server's thread asks the loop, so that nothing is read while it changes.
        answer = asyncio.run_coroutine_threadsafe(ask(), loop)
        try:
            return answer.result(_PATIENCE_SECONDS)
        except TimeoutError:
            answer.cancel()
            return None

    registry = CollectorRegistry()
    registry.register(TallyCollector(tally, standing_now))
    ProcessCollector(registry=registry)
    server, thread = start_http_server(port, _ADDRESS, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    try:
        yield
    finally:
        await asyncio.to_thread(stop)


def _gauges(standing: Standing) -> Iterable[Metric]:
    yield GaugeMetricFamily("lyrics_songs_in_progress", "Songs being composed.", standing.songs_in_progress)
    yield GaugeMetricFamily("lyrics_songs_waiting", "Songs that wait for their turn.", standing.songs_waiting)
    yield GaugeMetricFamily("lyrics_models_bytes", "Memory that loaded models take.", standing.models_bytes)
    jobs = GaugeMetricFamily("lyrics_jobs", "Training jobs.", labels=["state"])
    for state, count in standing.jobs.items():
        jobs.add_metric([state], count)
    yield jobs


def _histogram(name: str, documentation: str, histogram: Histogram) -> Metric:
    buckets = [("+Inf" if isinf(bound) else str(float(bound)), float(n)) for bound, n in histogram.cumulative()]
    return HistogramMetricFamily(name, documentation, buckets, histogram.sum)
