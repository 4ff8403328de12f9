"""What the bot reports at LYRICS_METRICS_PORT between two moments."""

import math
import socket

import aiohttp
from prometheus_client.parser import text_string_to_metric_families


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Scrape:
    """All samples of one scrape, by name and, for buckets and labelled ones, label value."""

    def __init__(self, text: str) -> None:
        self._samples = {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    @classmethod
    async def of(cls, port: int) -> "Scrape":
        """Ask the bot."""
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            return cls(await answer.text())

    def since(self, earlier: "Scrape", name: str, label: str = "") -> float:
        """How much a counter has grown."""
        return self._samples.get((name, label), 0.0) - earlier._samples.get((name, label), 0.0)

    def share_below(self, earlier: "Scrape", histogram: str, share: float) -> float:
        """A quantile of the values since then, rounded up to the bound of a bucket."""
        name = f"{histogram}_bucket"
        bounds = sorted((float(label), label) for known, label in self._samples if known == name)
        wanted = share * self.since(earlier, f"{histogram}_count")
        return next((bound for bound, label in bounds if self.since(earlier, name, label) >= wanted), math.nan)

    def mean(self, earlier: "Scrape", histogram: str) -> float:
        """The mean of the values since then."""
        count = self.since(earlier, f"{histogram}_count")
        return self.since(earlier, f"{histogram}_sum") / count if count else math.nan
