"""Wakes those who follow the training jobs, whenever something about them has changed."""

import asyncio


class JobNews:
    """Says only that there is news: what it is, the store tells."""

    def __init__(self) -> None:
        self._upcoming = asyncio.Event()

    def upcoming(self) -> asyncio.Event:
        """Return the event that the next news sets; to be taken before one reads, so that nothing is missed."""
        return self._upcoming

    def tell(self) -> None:
        """Wake everyone who waits."""
        self._upcoming.set()
        self._upcoming = asyncio.Event()
