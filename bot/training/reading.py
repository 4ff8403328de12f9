"""Reads the texts of strangers, in processes, so that a bad text cannot harm more than its own."""

import asyncio
import logging
import os
import signal
from concurrent.futures import BrokenExecutor
from contextlib import suppress

from bot.training.processes import new_process
from bot.training.reading_process import TOO_MUCH_MEMORY, ReadText, Unreadable, read_text
from lstm.text.errors import CorpusError

MEMORY_BYTES = 512 << 20
"""Of address space; 8 MB of lyrics take 100 MB in addition to the interpreter."""
SECONDS = 60
"""Of processor time; 8 MB of lyrics take about 10, or 25 if their line ends were lost."""
_WAIT_SECONDS = 3 * SECONDS
_AT_ONCE = 2

log = logging.getLogger(__name__)


class TextReader:
    """Reads one text per process, two at a time."""

    def __init__(self, memory_bytes: int = MEMORY_BYTES, seconds: int = SECONDS) -> None:
        """Limit the address space of each process in bytes and its processor time in seconds."""
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, data: bytes) -> ReadText:
        """Read a text without blocking the event loop; the process ends with the call, however that ends.

        Raises:
            CorpusError: if it is not a text, no model can be trained on it, or reading it takes too much.
        """
        async with self._slots:
            executor = await asyncio.to_thread(new_process)
            process_id = None
            try:
                process_id = await asyncio.wrap_future(executor.submit(os.getpid))
                reading = executor.submit(read_text, data, self._memory_bytes, self._seconds)
                result = await asyncio.wait_for(asyncio.wrap_future(reading), _WAIT_SECONDS)
            except (BrokenExecutor, TimeoutError):
                log.warning("reading a text of %d bytes exceeded the limits of its process", len(data))
                raise CorpusError("Reading this text takes too long; use a smaller or simpler file.") from None
            except MemoryError:  # the text and the file do not fit into memory together
                raise CorpusError(TOO_MUCH_MEMORY) from None
            finally:
                if process_id is not None:
                    with suppress(ProcessLookupError):
                        os.kill(process_id, signal.SIGKILL)
                await asyncio.shield(asyncio.to_thread(executor.shutdown, cancel_futures=True))
        if isinstance(result, Unreadable):
            raise CorpusError(result.reason)
        return result
