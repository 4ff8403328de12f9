"""The console's input lines: the protocol of a source, and lines from a pipe."""

import asyncio
import sys
from threading import Thread
from typing import Protocol


class InterruptedAtPrompt(Exception):  # noqa: N818 - Ctrl-C is a key there, not an error
    """Ctrl-C was pressed at the prompt."""


class Lines(Protocol):
    """A source of typed lines."""

    async def next(self, prompt: str) -> str:
        """Return the next line.

        Raises:
            EOFError: when there are no more.
            InterruptedAtPrompt: when Ctrl-C was pressed instead.
        """


class PipedLines:
    """Lines of standard input, without a prompt.

    A thread reads ahead. It is a daemon because a read from a silent pipe cannot be interrupted.
    """

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        Thread(target=self._read, name="standard input", daemon=True).start()

    async def next(self, _prompt: str) -> str:
        """Return the next line."""
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)  # for the next call
            raise EOFError
        return line

    def _read(self) -> None:
        # Bytes that are not UTF-8 are replaced: a plain line is a seed, and half a character cannot be sung.
        stream = open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        try:
            for line in stream:
                self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
            self._loop.call_soon_threadsafe(self._lines.put_nowait, None)
        except RuntimeError:
            return  # the event loop has ended
