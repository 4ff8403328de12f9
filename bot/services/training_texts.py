"""The texts that training jobs learn from: uploads, and files of the data folder."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.services.asking import Asker, Refusal
from bot.services.data_files import DataFiles
from bot.services.quotas import UploadsInFlight
from bot.store import corpora, versions
from bot.store.artists import StoredArtist
from bot.training.reading import TextReader
from bot.training.reading_process import ReadText
from lstm.text.amount import check_amount
from lstm.text.errors import CorpusError
from lstm.text.summary import CorpusSummary

MOST_GROWTH = 1.5
"""How much larger a text may be once it is read: blank lines between songs, and UTF-8, may add a little."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadCorpus:
    """A text as it is used for training."""

    text: str
    summary: CorpusSummary | None
    """What was recognised in the file; None if that is not known."""
    first_lines: tuple[str, ...]


@dataclass(frozen=True)
class Brought:
    """A text to train on that was read just now."""

    text: ReadText
    is_upload: bool


class TrainingTexts:
    """Reads texts in a separate process, and bounds their size and how many are in flight."""

    def __init__(
        self, files: DataFiles, *, most_bytes: int, seconds: Callable[[], float], reader: TextReader | None = None
    ) -> None:
        """Read texts of at most `most_bytes`; the time comes from `seconds`, a monotonic clock."""
        self._files = files
        self._most_bytes = most_bytes
        self._reader = reader or TextReader()
        self._uploads = UploadsInFlight(seconds)

    def check_size(self, size: int) -> None:
        """Refuse a text of too many bytes, before it is downloaded."""
        if size > self._most_bytes:
            raise Refusal(f"The text is larger than {self._most_bytes:,} bytes; use a smaller one.")

    @contextmanager
    def uploading(self, asker: Asker) -> Iterator[None]:
        """Count a text while it is downloaded, read and queued.

        Raises:
            Refusal: on entering, if this guild, its asker or all guilds together have too many texts in flight, or the
                guild has had too many read lately.
        """
        with self._uploads.one_of(asker):
            self._uploads.count(asker)
            yield

    def handing_out(self, asker: Asker) -> AbstractContextManager[None]:
        """Count a text among those in flight while it is sent to somebody.

        Raises:
            Refusal: on entering, as `uploading`.
        """
        return self._uploads.one_of(asker)

    async def of_upload(self, data: bytes) -> Brought:
        """Read an upload.

        Raises:
            Refusal: if it is not a text that can be trained on, or too large once it is read.
        """
        read = await self._read(data)
        most_bytes = int(self._most_bytes * MOST_GROWTH)
        if read.summary.size > most_bytes:
            raise Refusal(
                f"With its choruses written out, the text has {read.summary.size:,} bytes; the limit is {most_bytes:,}."
            )
        return Brought(read, is_upload=True)

    async def of_file(self, asker: Asker, artist: str) -> Brought | None:
        """Read `corpora/NAME.txt` of the data folder; that counts like an upload. None if there is no such file.

        Raises:
            Refusal: if it cannot be read or trained on, or too many texts are in flight.
        """
        path = await asyncio.to_thread(self._files.corpus, artist)
        if path is None:
            return None
        with self.uploading(asker):
            try:
                data = await asyncio.to_thread(path.read_bytes)
            except OSError:
                log.exception("cannot read %s", path)
                raise Refusal(f"The file corpora/{path.name} cannot be read; ask the bot's operator.") from None
            return Brought(await self._read(data), is_upload=False)

    async def _read(self, data: bytes) -> ReadText:
        """Read a text in a separate process, and refuse one that is too short to train on."""
        try:
            read = await self._reader.read(data)
            check_amount(read.text)
        except CorpusError as error:
            raise Refusal(str(error)) from None
        if "\n" not in read.text:
            raise Refusal("The text has only one line; a corpus needs songs of several lines.")
        return read


def keep(connection: sqlite3.Connection, artist: StoredArtist, brought: Brought | None, now: datetime) -> None:
    """Store the text to train on; an upload is used until the next one.

    An artist that has learned from another text gets that back if the training fails or is cancelled.

    Raises:
        Refusal: if there is none.
    """
    has_upload = corpora.has_upload(connection, artist.id)
    if brought is not None and (brought.is_upload or not has_upload):
        read = brought.text
        if corpora.text_of(connection, artist.id) != read.text and versions.of_artist(connection, artist.id):
            corpora.set_aside(connection, artist.id)
        report = corpora.CorpusReport(read.summary, read.first_lines, read.kinds)
        corpora.keep(connection, artist.id, read.text, is_upload=brought.is_upload, now=now, report=report)
    elif not has_upload and corpora.text_of(connection, artist.id) is None:
        raise Refusal(f"There is no text for “{artist.name}” yet; give one with the option corpus.")
