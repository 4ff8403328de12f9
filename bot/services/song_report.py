"""What is reported about a request: a log line and counts in the tally, never its text or who asked."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.metrics.tally import Outcome, Tally
from bot.services.asking import Asker, Refusal
from bot.services.song_request import SongRequest

log = logging.getLogger(__name__)


class SongReport:
    """One request from its beginning; created by `reported`."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._began = seconds()
        self.artist: str | None = None
        """The artist's stored name; None until the artist has been found."""
        self.request: SongRequest | None = None
        self.first_line_seconds: float | None = None

    def first_line(self) -> None:
        """Note that part of the song can be shown; only the first call counts."""
        if self.first_line_seconds is None:
            self.first_line_seconds = self.elapsed_seconds

    @property
    def elapsed_seconds(self) -> float:
        """Time since the request was made."""
        return self._seconds() - self._began


@contextmanager
def reported(asker: Asker, tally: Tally, seconds: Callable[[], float]) -> Iterator[SongReport]:
    """Report on a request when the context ends."""
    report = SongReport(seconds)
    outcome = Outcome.FAILED
    try:
        yield report
        outcome = Outcome.SUNG
    except Refusal:
        outcome = Outcome.REFUSED
        raise
    except (GeneratorExit, asyncio.CancelledError):
        outcome = Outcome.LEFT
        raise
    finally:
        elapsed = report.elapsed_seconds
        tally.requests[outcome] += 1
        if report.first_line_seconds is not None:
            tally.first_line_seconds.observe(report.first_line_seconds)
        if outcome is Outcome.SUNG:
            tally.song_seconds.observe(elapsed)
        # The person at the console has just seen all of that on the screen.
        level = logging.DEBUG if asker.is_at_console else logging.INFO
        log.log(level, "song %s", _line(asker, report, elapsed, outcome))


def _line(asker: Asker, report: SongReport, elapsed: float, outcome: Outcome) -> str:
    request, first = report.request, report.first_line_seconds
    values = {
        "guild": asker.guild_id,
        "artist": None if report.artist is None else json.dumps(report.artist, ensure_ascii=False),
        "lines": request.lines if request else None,
        "rhyme": request.rhyme if request else None,
        "first_line_ms": None if first is None else round(first * 1000),
        "ms": round(elapsed * 1000),
        "outcome": outcome,
    }
    return " ".join(f"{name}={'-' if value is None else value}" for name, value in values.items())
