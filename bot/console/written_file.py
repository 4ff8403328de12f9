"""Songs and exports that go to a file instead of the screen."""

from pathlib import Path

from bot.console.command_line import Target, shortened
from bot.services import Refusal

_BETWEEN = "\n\n"
"""Two blank lines, by which a training tells songs apart."""


class WrittenFile:
    """The file behind > or >>; nothing is ever overwritten."""

    def __init__(self, target: Target) -> None:
        """Check the target before anything is made for it.

        Raises:
            Refusal: if it exists and is not to be appended to, or cannot be a file.
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
        """Write a text as UTF-8, two blank lines below what the file holds.

        Raises:
            Refusal: if it cannot be written.
        """
        try:
            with self._path.open("a" if self._appends else "x", encoding="utf-8", errors="replace") as file:
                file.write((_BETWEEN if file.tell() else "") + text + "\n")
        except OSError as error:
            raise Refusal(f"{self._shown} cannot be written: {(error.strerror or str(error)).lower()}.") from None
        self._appends = True
