"""What happens to a guild's data after the bot has left: it is deleted some days later, unless the bot returns."""

import asyncio
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.services.song_record import SongRecord
from bot.snowflake import SNOWFLAKE
from bot.store import left_guilds
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.guilds import OUTSIDE_GUILDS
from bot.training.news import JobNews

ORDERS = "forget-guild"
"""The subfolder of the data folder for files named after guilds that are to be forgotten."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forgotten:
    """What was stored about a guild that has been forgotten."""

    artists: int
    is_anything: bool
    """Whether anything was stored at all."""


class LeftGuilds:
    """Remembers which guilds the bot has left, and deletes their data when it is due."""

    def __init__(
        self, database: Database, record: SongRecord, news: JobNews, *, days: int, now: Callable[[], datetime]
    ) -> None:
        """Keep a guild's data for `days` after the bot has left (LYRICS_LEFT_GUILD_DAYS); 0: delete it at once."""
        self._database = database
        self._record = record
        self._news = news
        self._days = days
        self._now = now

    async def left(self, guild_id: int) -> None:
        """Note that the bot was removed from a guild."""
        await self._database.write(lambda connection: left_guilds.left(connection, guild_id, self._now()))
        log.info("left guild %d; its data is kept for %d days", guild_id, self._days)
        if self._days == 0:
            await self.purge()

    async def present(self, guild_ids: Collection[int]) -> None:
        """Note after a start which guilds the bot is in: it may have left some and joined others meanwhile.

        Data that is due is deleted by the next `purge`, not at once: the data folder may belong to another bot.
        """

        def transaction(connection: sqlite3.Connection) -> tuple[int, int]:
            back = left_guilds.returned(connection, guild_ids)
            absent = set(left_guilds.with_data(connection)).difference(guild_ids)
            return back, sum(left_guilds.left(connection, guild_id, self._now()) for guild_id in absent)

        back, gone = await self._database.write(transaction)
        if back:
            log.info("back in %d guild(s), whose data stays", back)
        if gone:
            log.warning(
                "no longer in %d guild(s) whose data is stored; it will be deleted in %d days unless the bot returns",
                *(gone, self._days),
            )

    async def returned(self, guild_id: int) -> None:
        """Note that the bot has joined a guild."""
        await self._database.write(lambda connection: left_guilds.returned(connection, [guild_id]))

    async def purge(self) -> int:
        """Delete the data of guilds that were left long enough ago; return how many."""
        latest = self._now() - timedelta(days=self._days)
        due = await self._database.read(lambda connection: left_guilds.left_before(connection, latest))
        for guild_id in due:
            await self.forget(guild_id)
        return len(due)

    async def obey(self, folder: Path) -> int:
        """Delete the data of the guilds after which files in a folder are named; return how many.

        `leave_order` creates those files for a running bot.
        """
        try:
            orders = await asyncio.to_thread(_orders_in, folder)
        except OSError as error:
            log.error("cannot read %s, which may name servers to forget: %s", folder, error.strerror)
            return 0
        for order in orders:
            await self.forget(int(order.name))
            await asyncio.to_thread(order.unlink, missing_ok=True)
        return len(orders)

    async def forget(self, guild_id: int) -> Forgotten:
        """Delete everything stored about a guild at once, and return what that was.

        Their running jobs are stopped. Only the bot's operators can do this.
        """
        if guild_id in (EVERYONE, OUTSIDE_GUILDS):
            raise ValueError(f"{guild_id} is no guild")
        in_memory = self._record.forget_guild(guild_id)
        deletions = left_guilds.deletions(guild_id)
        await self._database.erase_from_copies(*deletions)
        artists, *others = await self._database.write(lambda connection: [delete(connection) for delete in deletions])
        await self._database.give_back_space()
        self._news.tell()
        log.info(
            "deleted the data of guild %d: %d artist(s), all songs on disk and %d in memory",
            guild_id,
            artists,
            in_memory,
        )
        return Forgotten(artists, is_anything=any((artists, *others, in_memory)))


def leave_order(folder: Path, guild_id: int, database: Path) -> None:
    """Create the file by which a running bot is told to forget a guild.

    File and folder belong to the owner of the database: the bot must be able to read them even if root calls this.

    Raises:
        OSError: if the folder cannot be written to, or not be given to that account.
    """
    owner = database.stat().st_uid
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        # The bot's account could put links there, and root must not give away what they point to.
        with _opened(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW) as opened:
            _give(opened, owner)
            with (
                suppress(FileExistsError),
                _opened(str(guild_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, opened) as order,
            ):
                _give(order, owner)
    except OSError:
        with suppress(OSError):  # unless there are other orders in it
            folder.rmdir()
        raise


@contextmanager
def _opened(path: Path | str, flags: int, folder: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _give(descriptor: int, owner: int) -> None:
    if os.fstat(descriptor).st_uid != owner:
        os.fchown(descriptor, owner, -1)


def _orders_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if re.fullmatch(SNOWFLAKE, path.name)]
    except FileNotFoundError:
        return []
