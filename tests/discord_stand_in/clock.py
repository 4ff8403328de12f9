"""The time by which tokens expire and rates are limited; a test can move it forward."""

import time


class Clock:
    """Monotonic time in seconds, plus whatever a test has skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic() + self._skipped

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, for example until a token expires."""
        self._skipped += seconds
