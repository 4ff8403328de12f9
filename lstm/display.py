"""The progress of a command on standard error: a bar on a terminal, plain lines otherwise."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

PLAIN_LINE_SECONDS = 10.0


class Display(Protocol):
    """Where a command shows how far it is."""

    def show(self, share: float, figures: str, is_new: bool = False) -> None:
        """Show a share from 0 to 1 and its figures. Plain lines are ten seconds apart, except for what ``is_new``."""

    def say(self, text: str) -> None:
        """Print a text of its own."""


@contextmanager
def display(beginning: str) -> Iterator[Display]:
    """The display of this process; a bar says ``beginning`` until there is something to show."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    columns: tuple[Any, ...] = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(beginning, total=None)

        class _Bar:
            def show(self, share: float, figures: str, is_new: bool = False) -> None:  # noqa: ARG002
                bar.update(task, total=1.0, completed=share, description=figures)

            def say(self, text: str) -> None:
                console.print(text, style="italic", markup=False, highlight=False)

        yield _Bar()


class _Lines:
    def __init__(self) -> None:
        self._last = -math.inf

    def show(self, share: float, figures: str, is_new: bool = False) -> None:
        if is_new or time.monotonic() - self._last >= PLAIN_LINE_SECONDS:
            self._last = time.monotonic()
            self.say(f"{share:6.1%}  {figures}")

    def say(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
