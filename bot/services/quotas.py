"""How much one guild may store and ask for, so that none uses up what all share."""

import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.asking import Asker, Refusal
from bot.services.pace import Pace
from bot.store import usage, versions
from lstm.text.phrases import size

MOST_UPLOADS = 4
"""Texts that are downloaded and read at a time; one per guild, and one per user."""
UPLOADS_IN_A_ROW, UPLOAD_SECONDS = 10, 120.0
"""Of one guild; reading a text may take a minute of a core, whether a job comes of it or not."""
_DAY = timedelta(hours=24)
_FEWEST_VERSIONS = 2


@dataclass(frozen=True)
class Quotas:
    """What one guild may have; operators are exempt."""

    stored_bytes: int
    """For corpora and versions together (LYRICS_GUILD_CORPUS_BYTES)."""
    artists: int
    """LYRICS_GUILD_ARTISTS."""
    jobs_per_day: int
    """LYRICS_GUILD_JOBS."""

    def count_job(self, connection: sqlite3.Connection, asker: Asker, now: datetime) -> None:
        """Count a job that is about to be queued, in the transaction that has stored its artist and text.

        Raises:
            Refusal: if the guild exceeds a quota; the transaction must then be rolled back.
        """
        if asker.is_operator or asker.guild_id is None:
            return
        guild_id = asker.guild_id
        if usage.artists(connection, guild_id) > self.artists:
            raise Refusal(
                f"This server already has {self.artists} artists, the maximum. Remove one with /forget first."
            )
        stored = usage.stored_bytes(connection, guild_id)
        if stored > self.stored_bytes:
            raise Refusal(
                f"This server's texts and models would take up {size(stored):s}, but it may use only "
                f"{size(self.stored_bytes):s}. Remove an artist with /forget, or upload less text."
            )
        usage.forget_trainings_until(connection, now - _DAY)
        asked = usage.trainings_since(connection, guild_id, now - _DAY)
        if len(asked) >= self.jobs_per_day:
            wait = math.ceil((asked[-self.jobs_per_day] + _DAY - now) / timedelta(minutes=1))
            raise Refusal(
                f"This server has asked for {self.jobs_per_day} training jobs within a day, the maximum. "
                f"Try again in {wait // 60} h {wait % 60} min."
            )
        usage.note_training(connection, guild_id, now)

    def make_room(
        self, connection: sqlite3.Connection, artist_id: int, guild_id: int, kept: int, before: int | None = None
    ) -> None:
        """Drop the oldest versions of an artist while its guild is over its quota.

        The current version is never dropped, nor `before`, the id of the one before it.
        """
        while guild_id and kept > _FEWEST_VERSIONS and usage.stored_bytes(connection, guild_id) > self.stored_bytes:
            kept -= 1
            versions.keep_newest(connection, artist_id, kept, before)


class UploadsInFlight:
    """Limits how many texts are in memory at the same time, and how many are read."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Take the time from `seconds`, a monotonic clock: one that is set back would shut a guild out for as long."""
        self._seconds = seconds
        self._of_sources: Counter[tuple[str, int]] = Counter()
        self._in_flight = 0
        self._pace = Pace(UPLOADS_IN_A_ROW, UPLOAD_SECONDS)

    @contextmanager
    def one_of(self, asker: Asker) -> Iterator[None]:
        """Count a text while it is downloaded and read, or sent to somebody.

        Raises:
            Refusal: if there are too many.
        """
        sources = [("user", asker.user_id)]
        if self._of_sources[sources[0]]:  # in whichever server: a few servers of one person would take all places
            raise Refusal("Another of your texts is still being read or sent. Try again in a minute.")
        if asker.guild_id is not None:
            sources.append(("guild", asker.guild_id))
            if self._of_sources[sources[1]]:
                raise Refusal("Another text from this server is still being read or sent. Try again in a minute.")
        if self._in_flight >= MOST_UPLOADS:
            raise Refusal("Many texts are being read or sent right now. Try again in a minute.")
        self._of_sources.update(sources)
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            for source in sources:
                del self._of_sources[source]

    def count(self, asker: Asker) -> None:
        """Count a text that is about to be downloaded and read; operators are exempt.

        Raises:
            Refusal: if the guild has had too many read lately.
        """
        if asker.is_operator or asker.guild_id is None:
            return
        now = self._seconds()
        wait = self._pace.seconds_left(asker.guild_id, now)
        if wait:
            minutes = math.ceil(wait / 60)
            raise Refusal(f"The bot has read many texts for this server. Try again in {minutes} min.")
        self._pace.use(asker.guild_id, now)
