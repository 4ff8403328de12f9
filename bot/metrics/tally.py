"""What has happened since the start, in plain numbers.

Services and engine write here and do not know who reads it. Counting costs less than a microsecond per event, so it is
done whether anybody reads it or not.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.metrics.histogram import LAG_SECONDS, POWERS_OF_TWO, SECONDS, Histogram


class Outcome(StrEnum):
    """How a request for a song ended."""

    SUNG = "sung"
    REFUSED = "refused"
    LEFT = "left"
    """Whoever asked is gone: the message was deleted, the interaction has expired, or the bot is stopping."""
    FAILED = "failed"


@dataclass
class Tally:
    """Counts and distributions, which only ever grow."""

    requests: Counter[Outcome] = field(default_factory=Counter)
    first_line_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    song_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    """Of finished songs."""
    batch: Histogram = field(default_factory=lambda: Histogram(POWERS_OF_TWO))
    """Streams per step; each takes one unit."""
    characters: int = 0
    """Characters of the units that streams read or sampled."""
    loop_lag_seconds: Histogram = field(default_factory=lambda: Histogram(LAG_SECONDS))
    errors: int = 0
    """Log records at ERROR or above."""


@dataclass(frozen=True)
class Standing:
    """A snapshot of the current state."""

    songs_in_progress: int
    songs_waiting: int
    models_bytes: int
    """Memory of the models that are loaded."""
    jobs: Mapping[str, int]
    """Training jobs by state."""
