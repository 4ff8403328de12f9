"""How often a measured value fell between bounds."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

SECONDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 60.0)
"""Bounds for times that a person waits."""
LAG_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 3.0)
"""Bounds for delays that nobody should notice."""
POWERS_OF_TWO = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Histogram:
    """Counts values by upper bounds (inclusive); written by one thread, read by any."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        """The last one counts values above all bounds."""
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def cumulative(self) -> Iterator[tuple[float, int]]:
        """Yield each bound, ending with infinity, and how many values are not above it."""
        return zip((*self.bounds, float("inf")), accumulate(self.counts), strict=True)
