"""What has happened since the start, as plain numbers.

Services and engine write here and know nothing of who reads it. Counting costs less than a microsecond an event, so
that it is done whether anybody reads it or not.
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
    """Whoever asked is gone: the message was deleted, the interaction has expired, the bot is closing."""
    FAILED = "failed"


@dataclass
class Tally:
    """Counts and distributions; only ever grow."""

    requests: Counter[Outcome] = field(default_factory=Counter)
    first_line_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    song_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    """Of songs that were sung to their end."""
    batch: Histogram = field(default_factory=lambda: Histogram(POWERS_OF_TWO))
    """Streams per step; each takes one unit."""
    characters: int = 0
    """Characters that were read or sampled: those of the units that streams took."""
    loop_lag_seconds: Histogram = field(default_factory=lambda: Histogram(LAG_SECONDS))
    errors: int = 0
    """Records of the log at ERROR or above."""


@dataclass(frozen=True)
class Standing:
    """How things stand at a moment."""

    songs_in_progress: int
    songs_waiting: int
    models_bytes: int
    """Memory of the models that are loaded."""
    jobs: Mapping[str, int]
    """Training jobs by state."""
