"""Takes in the model files that an operator, or the package itself, puts beside the bot."""

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.services.asking import Refusal
from bot.services.data_files import DataFiles
from bot.services.names import check_name
from bot.services.publishing import Published, describe, publish
from bot.store import artists, corpora, model_files
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.versions import NewVersion
from lstm.model.model_file import ModelFileError
from lstm.text.corpus import CorpusError, clean, decode

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Signature:
    """What changes when a file is written anew."""

    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True)
class _Found:
    artist: str
    sha256: str
    version: NewVersion
    corpus: str | None


class ModelIntake:
    """Makes a version of an artist of everyone from each model file, by content hash, once."""

    def __init__(self, database: Database, files: DataFiles, *, now: Callable[[], datetime]) -> None:
        """Take in the model files of `files`."""
        self._database = database
        self._files = files
        self._now = now
        self._looked_at: dict[Path, _Signature] = {}

    async def take_in(self) -> int:
        """Take in the files that are new or changed since the last look, and return how many there were.

        A bad file is logged once, and looked at again only when it has changed.
        """
        taken = 0
        for path, signature in await asyncio.to_thread(self._unseen):
            try:
                taken += await self._take_in(path)
            except (ModelFileError, Refusal, OSError) as error:
                log.warning("%s is not taken in: %s", path, error)
            self._looked_at[path] = signature
        return taken

    def _unseen(self) -> list[tuple[Path, _Signature]]:
        unseen = []
        for path in self._files.models():
            try:
                stat = path.stat()
            except OSError:  # it was removed meanwhile
                continue
            signature = _Signature(stat.st_ino, stat.st_size, stat.st_mtime_ns)
            if self._looked_at.get(path) != signature:
                unseen.append((path, signature))
        return unseen

    async def _take_in(self, path: Path) -> bool:
        data = await asyncio.to_thread(path.read_bytes)
        sha256 = hashlib.sha256(data).hexdigest()
        if await self._database.read(lambda connection: model_files.is_known(connection, sha256)):
            return False
        return await self._publish(path, await asyncio.to_thread(self._examine, path, data, sha256))

    def _examine(self, path: Path, data: bytes, sha256: str) -> _Found:
        artist = check_name(path.stem)
        curve = path.with_suffix(".png")
        version = describe(data, curve.read_bytes() if curve.is_file() else None)
        return _Found(artist, sha256, version, self._corpus(artist))

    def _corpus(self, artist: str) -> str | None:
        path = self._files.corpus(artist)
        if path is None:
            return None
        try:
            return clean(decode(path.read_bytes()))
        except (CorpusError, OSError) as error:
            log.warning("%s is not taken in: %s", path, error)
            return None

    async def _publish(self, path: Path, found: _Found) -> bool:
        def transaction(connection: sqlite3.Connection) -> Published | None:
            now = self._now()
            if not model_files.remember(connection, found.sha256, now):
                return None
            artist = artists.find_or_create(connection, EVERYONE, found.artist, now)
            if found.corpus is not None and not corpora.has_upload(connection, artist.id):
                corpora.keep(connection, artist.id, found.corpus, is_upload=False, now=now)
            return publish(connection, artist.id, found.version, job_id=None, now=now, by_operator=True)

        published = await self._database.write(transaction)
        if published is None:
            return False
        note = "" if published.held_back is None else f", which does not take over: it is {published.held_back}"
        log.info("%s is taken in as version %d%s", path, published.version.number, note)
        return True
