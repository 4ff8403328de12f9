"""Keeps the base model that a community's artists belong to, for the time after an upgrade that brings another one."""

import asyncio
import logging
from pathlib import Path

from bot.store import versions
from bot.store.database import Database
from lstm.model import installed_bases

log = logging.getLogger(__name__)


class Bases:
    """The bases in the data folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Artists whose base is in `folder` can sing from now on."""
        self._database = database
        self._folder = folder
        self._is_kept = False
        self._last_warning: str | None = None
        installed_bases.also_look_in(folder)

    async def keep(self) -> None:
        """Copy this release's base to the folder once there is an artist that did not come with the bot.

        Damaged copies are replaced, or reported if they are of an earlier release's base. Call it again until it has
        succeeded: the disk may be full for a while.
        """
        if self._is_kept or not await self._database.read(versions.any_trained_here):
            return
        try:
            replaced = await asyncio.to_thread(installed_bases.keep_base, self._folder)
        except OSError as error:
            self._warn(f"cannot keep the base model for later releases: {error}")
            return
        self._is_kept = True
        if replaced is not None:
            log.warning("%s was damaged, and has been replaced by the file that comes with this release", replaced)
        for copy in await asyncio.to_thread(installed_bases.damaged_bases, self._folder):
            log.error(
                "%s is damaged: artists trained on this base model of an earlier release cannot sing. "
                "Restore the file from a copy of the data folder, or train them again",
                copy,
            )

    def _warn(self, warning: str) -> None:
        """Log a warning unless it was the last one."""
        if warning != self._last_warning:
            log.warning(warning)
        self._last_warning = warning
