"""What the console prints: in colour at a terminal, plain text otherwise."""

import codecs
import io
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PLAIN_WIDTH = 160  # for a pipe, where rich would wrap at 80
_PLAINER = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "·": "-", "…": "..."})


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks with ASCII look-alikes, or with a question mark."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end].translate(_PLAINER)
    return "".join(c if c.isascii() else "?" for c in lacking), error.end


codecs.register_error("lyricbot.plainer", _plainer)


class Screen:
    """Standard output, as the commands use it.

    Text of users and models is never interpreted as markup, and control characters are dropped.
    """

    def __init__(self, *, plain: bool) -> None:
        """Print plain text if `plain`, and no colour if standard output is not a terminal."""
        self.is_plain = plain
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="lyricbot.plainer")  # a Latin-1 terminal has no curly quotes
        self.console = Console(
            width=_PLAIN_WIDTH if plain else None, force_terminal=False if plain else None, highlight=False
        )

    def say(self, text: str, style: str = "") -> None:
        """Print a message."""
        self.console.print(Text(_harmless(text), style), soft_wrap=self.is_plain)

    def refuse(self, reason: str) -> None:
        """Print why something was not done."""
        self.say(reason, "yellow")

    def piece(self, text: str) -> None:
        """Print a piece of a song as it arrives, without a line break."""
        self.console.print(Text(_harmless(text)), end="", soft_wrap=True)

    def aside(self, text: str) -> None:
        """Print something less important."""
        self.say(text, "dim")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print rows below a header."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(_harmless(cell)) for cell in row))
        with self.console.capture() as drawn:
            self.console.print(table)
        for line in drawn.get().splitlines():  # padded with spaces, which are useless in a pipe
            self.console.out(line.rstrip(), highlight=False)


def _harmless(text: str) -> str:
    """Drop control characters, which a terminal would interpret, and surrogates, which cannot be encoded."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
