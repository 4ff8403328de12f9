"""Imports the model files that an operator, or the package itself, puts next to the bot."""

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
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
from bot.store.model_files import ModelFile
from bot.store.versions import NewVersion
from bot.training.reading import TextReader
from lstm.model.model_file import ModelFileError
from lstm.text.cleaning import clean
from lstm.text.errors import CorpusError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Signature:
    """What changes when a file is rewritten."""

    inode: int
    size: int
    modified_ns: int


@dataclass(frozen=True)
class _Seen:
    """A model file found in a folder."""

    path: Path
    source: str
    signature: _Signature

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the file in the store."""
        return self.source, self.path.name


@dataclass(frozen=True)
class _Found:
    artist: str
    version: NewVersion


class ModelIntake:
    """Publishes each new or changed model file as a version of an artist that all servers share.

    A file whose artist was forgotten is ignored until it is removed and put back, or rewritten, or, if it comes with
    the bot, until the next start.
    """

    def __init__(self, database: Database, files: DataFiles, *, now: Callable[[], datetime]) -> None:
        """Import the model files of `files`."""
        self._database = database
        self._files = files
        self._now = now
        self._reader = TextReader()
        self._looked_at: dict[Path, _Signature] = {}
        self._is_first_look = True

    async def take_in(self) -> int:
        """Import the files that are new or have changed since the last call; return how many.

        A bad file is logged once, and tried again only after it has changed.
        """
        taken = 0
        seen = await asyncio.to_thread(lambda: list(self._seen()))
        known = {(file.source, file.name): file for file in await self._database.read(model_files.all_of)}
        for file in seen:
            if self._looked_at.get(file.path) == file.signature:
                continue
            try:
                taken += await self._take_in(file, known.get(file.key))
            except (ModelFileError, Refusal, OSError) as error:
                log.warning("did not import %s: %s", file.path, error)
            self._looked_at[file.path] = file.signature
        present = {file.key for file in seen}
        await self._forget([file for key, file in known.items() if file.artist_id is None and key not in present])
        self._looked_at = {file.path: self._looked_at[file.path] for file in seen}
        self._is_first_look = False
        return taken

    def _seen(self) -> Iterator[_Seen]:
        for folder, path in self._files.models():
            try:
                stat = path.stat()
            except OSError:  # it was removed meanwhile
                continue
            yield _Seen(path, folder.source, _Signature(stat.st_ino, stat.st_size, stat.st_mtime_ns))

    async def _take_in(self, file: _Seen, known: ModelFile | None) -> bool:
        data, sha256 = await asyncio.to_thread(_read, file.path)
        if known is not None and known.sha256 == sha256 and not self._returns(file, known):
            return False
        if known is None and await self._database.write(lambda c: self._recognise(c, file, sha256)):
            return False
        found = await asyncio.to_thread(self._examine, file, data)
        return await self._publish(file, sha256, found, await self._corpus(found.artist, file))

    def _returns(self, file: _Seen, known: ModelFile) -> bool:
        """Return whether a file with known content is imported again, because its artist was forgotten."""
        if known.artist_id is not None:
            return False
        was_written_again = known.modified_ns != file.signature.modified_ns
        return was_written_again or (self._is_first_look and file.source == "shipped")

    def _recognise(self, connection: sqlite3.Connection, file: _Seen, sha256: str) -> bool:
        """Note a file that an earlier version of the bot imported for the artist of that name; False if it did not."""
        if not model_files.was_known_by_content(connection, sha256):
            return False
        artist = artists.find(connection, EVERYONE, file.path.stem)
        if artist is None:
            return False
        self._remember(connection, file, sha256, artist.id)
        return True

    def _remember(self, connection: sqlite3.Connection, file: _Seen, sha256: str, artist_id: int) -> None:
        taken_in = ModelFile(file.source, file.path.name, sha256, file.signature.modified_ns, artist_id)
        model_files.remember(connection, taken_in, self._now())

    def _examine(self, file: _Seen, data: bytes) -> _Found:
        artist = check_name(file.path.stem)
        curve = file.path.with_suffix(".png")
        png = curve.read_bytes() if curve.is_file() else None
        version = describe(data, png, is_trusted=file.source == "shipped")
        return _Found(artist, version)

    async def _corpus(self, artist: str, file: _Seen) -> str | None:
        path = await asyncio.to_thread(self._files.corpus, artist)
        if path is None:
            return None
        try:
            if file.source == "shipped" and path.parent.parent == file.path.parent.parent:
                # Our own text can be read without a process.
                return await asyncio.to_thread(lambda: clean(path.read_text("utf-8")))
            return (await self._reader.read(await asyncio.to_thread(path.read_bytes))).text
        except (CorpusError, OSError) as error:
            log.warning("did not import %s: %s", path, error)
            return None

    async def _publish(self, file: _Seen, sha256: str, found: _Found, corpus: str | None) -> bool:
        def transaction(connection: sqlite3.Connection) -> Published:
            now = self._now()
            artist = artists.find_or_create(connection, EVERYONE, found.artist, now)
            self._remember(connection, file, sha256, artist.id)
            if corpus is not None and not corpora.has_upload(connection, artist.id):
                corpora.keep(connection, artist.id, corpus, is_upload=False, now=now)
            is_shipped = file.source == "shipped"
            return publish(connection, artist.id, found.version, job_id=None, now=now, is_shipped=is_shipped)

        published = await self._database.write(transaction)
        log.info("imported %s as version %d", file.path, published.version.number)
        if published.held_back is not None:
            log.warning(
                "version %d of %r, from %s, does not take over: it is %s; /rollback lets it sing anyway",
                *(published.version.number, found.artist, file.path, published.held_back),
            )
        return True

    async def _forget(self, files: Sequence[ModelFile]) -> None:
        """Forget files that are gone together with their artists, so that they count as new if they are put back."""
        if not files:
            return

        def transaction(connection: sqlite3.Connection) -> None:
            for file in files:
                model_files.forget(connection, file)

        await self._database.write(transaction)


def _read(path: Path) -> tuple[bytes, str]:
    """Read a file and compute its SHA-256, which takes 1.3 ms per megabyte."""
    data = path.read_bytes()
    return data, hashlib.sha256(data).hexdigest()
