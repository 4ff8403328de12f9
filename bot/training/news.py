"""Wakes everyone who follows training jobs whenever something about one of them changes."""

import asyncio


class JobNews:
    """Signals only that there is news; the store has the details."""

    def __init__(self) -> None:
        self._upcoming = asyncio.Event()

    def upcoming(self) -> asyncio.Event:
        """Return the event that the next news sets; get it before reading, so that nothing is missed."""
        return self._upcoming

    def tell(self) -> None:
        """Wake everyone who waits."""
        self._upcoming.set()
        self._upcoming = asyncio.Event()
