"""Counts errors where all of them pass: in the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.metrics.tally import Tally


class _Counting(logging.Handler):
    def __init__(self, tally: Tally) -> None:
        super().__init__(logging.ERROR)
        self._tally = tally

    def emit(self, _record: logging.LogRecord) -> None:
        self._tally.errors += 1


@contextmanager
def errors_counted_in(tally: Tally) -> Iterator[None]:
    """Count what is logged at ERROR or above while the context lasts."""
    handler = _Counting(tally)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
