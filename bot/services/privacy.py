"""What is stored about a person: shown, handed out, deleted."""

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.services.asking import Asker, Refusal
from bot.services.song_record import SongRecord
from bot.store import jobs, requests
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.job_records import Job
from bot.store.requests import StoredRequest

ENTRIES_A_PAGE = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HistoryEntry:
    """One of the asker's own songs."""

    request_id: int
    artist: str
    seed: str
    lines: int
    rhyme: str
    private: bool
    asked_at: datetime


@dataclass(frozen=True)
class HistoryPage:
    """A page of the asker's songs in this place, newest first."""

    entries: tuple[HistoryEntry, ...]
    page: int
    pages: int
    """At least 1."""
    requests: int
    """On all pages."""


@dataclass(frozen=True)
class Deleted:
    """How much of a person's data is gone."""

    requests: int
    trainings: int
    """Trainings that no longer tell who asked for them; the artists belong to their guild and stay."""


class PrivacyService:
    """Everything a person may ask about their own data."""

    def __init__(
        self, database: Database, record: SongRecord, *, history_days: int, now: Callable[[], datetime]
    ) -> None:
        """Let requests grow `history_days` old."""
        self._database = database
        self._record = record
        self._history_days = history_days
        self._now = now

    async def history(self, asker: Asker, page: int = 1) -> HistoryPage:
        """Show a page of the asker's own requests here: in this guild, or outside of guilds.

        Raises:
            Refusal: if there is no such page.
        """

        def read(connection: sqlite3.Connection) -> HistoryPage:
            guild_id = asker.guild_id or EVERYONE
            count = requests.count_here(connection, asker.user_id, guild_id)
            pages = max(1, -(-count // ENTRIES_A_PAGE))
            if not 1 <= page <= pages:
                raise Refusal(f"Your history has pages 1 to {pages}." if pages > 1 else "Your history has one page.")
            found = requests.page_here(
                connection, asker.user_id, guild_id, offset=(page - 1) * ENTRIES_A_PAGE, limit=ENTRIES_A_PAGE
            )
            return HistoryPage(tuple(_entry(request) for request in found), page, pages, count)

        return await self._database.read(read)

    async def export(self, asker: Asker) -> bytes:
        """Return all that is stored about the asker, wherever they were, as a JSON file in UTF-8."""

        def read(connection: sqlite3.Connection) -> tuple[list[StoredRequest], list[Job]]:
            return requests.of_person(connection, asker.user_id), jobs.of_person(connection, asker.user_id)

        sung, trainings = await self._database.read(read)
        everything = {
            "user_id": str(asker.user_id),  # as text: JavaScript would round the number
            "exported_at": self._now().isoformat(),
            "requests": [_exported_request(request) for request in sung],
            "trainings": [_exported_training(job) for job in trainings],
        }
        return (json.dumps(everything, ensure_ascii=False, indent=2) + "\n").encode()

    async def delete(self, asker: Asker) -> Deleted:
        """Delete all that is stored about the asker, wherever they were."""

        def transaction(connection: sqlite3.Connection) -> Deleted:
            return Deleted(
                requests=requests.delete_of_person(connection, asker.user_id),
                trainings=jobs.forget_asker(connection, asker.user_id),
            )

        in_memory = self._record.forget_person(asker.user_id)
        deleted = await self._database.write(transaction)
        await self._database.give_back_space()
        return Deleted(deleted.requests + in_memory, deleted.trainings)

    async def purge(self) -> int:
        """Delete the requests that are older than LYRICS_HISTORY_DAYS and return how many there were.

        Trainings that ended before then forget who asked for them.
        """
        oldest = self._now() - timedelta(days=self._history_days)

        def transaction(connection: sqlite3.Connection) -> int:
            jobs.forget_askers_before(connection, oldest)
            return requests.delete_before(connection, oldest)

        purged = await self._database.write(transaction)
        if purged:
            await self._database.give_back_space()
            log.info("requests older than %d days deleted: %d", self._history_days, purged)
        return purged


def _entry(request: StoredRequest) -> HistoryEntry:
    return HistoryEntry(
        request_id=request.id,
        artist=request.artist,
        seed=request.seed,
        lines=request.lines,
        rhyme=request.rhyme,
        private=request.private,
        asked_at=request.asked_at,
    )


def _exported_request(request: StoredRequest) -> dict[str, Any]:
    return {
        "id": str(request.id),
        "asked_at": request.asked_at.isoformat(),
        "guild_id": _id(request.guild_id),
        "channel_id": _id(request.channel_id),
        "artist": request.artist,
        "seed": request.seed,
        "lyrics": request.text,
        "lines": request.lines,
        "temperature": request.temperature,
        "rhyme": request.rhyme,
        "private": request.private,
    }


def _exported_training(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "queued_at": job.queued_at.isoformat(),
        "guild_id": _id(job.guild_id),
        "channel_id": _id(job.channel_id),
        "artist": job.artist,
        "minutes": job.minutes,
        "state": job.state,
    }


def _id(number: int | None) -> str | None:
    return str(number) if number else None
