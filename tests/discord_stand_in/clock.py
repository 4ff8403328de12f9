"""The time that tokens and rate limits live by; a test can move it forward."""

import time


class Clock:
    """Monotonic seconds, plus whatever a test has skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic() + self._skipped

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, for a token that must expire within a test."""
        self._skipped += seconds
