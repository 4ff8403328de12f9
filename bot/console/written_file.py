"""Writes songs and exports to a file instead of the screen."""

from pathlib import Path

from bot.console.command_line import Target, shortened
from bot.services import Refusal

_BETWEEN = "\n\n"
"""Two blank lines, which separate songs in a corpus."""


class WrittenFile:
    """The file after > or >>; nothing is ever overwritten."""

    def __init__(self, target: Target) -> None:
        """Check the target before anything is composed for it.

        Raises:
            Refusal: if it exists and is not to be appended to, or cannot be written.
        """
        self._shown = shortened(target.path)
        self._appends = target.appends
        try:
            self._path = Path(target.path).expanduser()
            if self._path.exists() and not target.appends:
                raise Refusal(f"{self._shown} already exists: name another file, or append to it with >>.")
            if self._path.is_dir() or not self._path.parent.is_dir():
                raise Refusal(f"{self._shown} cannot be written: there is no such folder.")
        except (OSError, RuntimeError, ValueError):
            raise Refusal(f"{self._shown} cannot be written: it is not the path of a file.") from None

    def add(self, text: str) -> None:
        """Append a text in UTF-8, after two blank lines if the file is not empty.

        Raises:
            Refusal: if it cannot be written.
        """
        try:
            with self._path.open("a" if self._appends else "x", encoding="utf-8", errors="replace") as file:
                file.write((_BETWEEN if file.tell() else "") + text + "\n")
        except OSError as error:
            raise Refusal(f"{self._shown} cannot be written: {(error.strerror or str(error)).lower()}.") from None
        self._appends = True
