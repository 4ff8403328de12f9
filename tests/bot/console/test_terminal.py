"""The console at a terminal: a real pseudo-terminal, whose screen pyte emulates."""

import os
import pty
import re
import shutil
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from select import select

import pyte
import pytest

from tests.bot import samples
from tests.bot.console.conftest import BOT


class Terminal:
    """A terminal in which the bot runs."""

    def __init__(self, environment: dict[str, str]) -> None:
        columns, rows = 120, 50
        self._screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.ByteStream(self._screen)
        self._descriptor, theirs = pty.openpty()
        # prompt_toolkit hides what is below the prompt if there are no rows for it; without a size, it assumes 24.
        termios.tcsetwinsize(theirs, (rows, columns))
        os.set_blocking(self._descriptor, False)
        self.bot = subprocess.Popen(
            BOT,
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env=environment | {"COLUMNS": str(columns), "LINES": str(rows)},
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # makes it the controlling terminal
        )
        os.close(theirs)

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def see(self, pattern: str, seconds: float = 60) -> str:
        """Wait until the screen shows something, and return the whole screen."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.shown):
            assert time.monotonic() < deadline, f"never saw {pattern!r} in\n{self.shown}"
            self._read(0.1)
        return self.shown

    @property
    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def _read(self, seconds: float) -> None:
        if select([self._descriptor], [], [], seconds)[0]:
            try:
                data = os.read(self._descriptor, 65536)
            except OSError:  # the bot has ended
                return
            self._stream.feed(data)
            if b"\x1b[6n" in data:  # prompt_toolkit asks for the position of the cursor
                os.write(self._descriptor, b"\x1b[%d;%dR" % (self._screen.cursor.y + 1, self._screen.cursor.x + 1))

    def wait(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while self.bot.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        return self.bot.wait(0.1)

    def close(self) -> None:
        if self.bot.poll() is None:
            self.bot.kill()
            self.bot.wait()
        os.close(self._descriptor)


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Terminal]:
    opened = Terminal(environment)
    yield opened
    opened.close()


def test_a_chat_at_the_prompt(terminal: Terminal) -> None:
    terminal.see("I walk alone. /help lists")
    terminal.see(r"(?m)^>")
    terminal.type("The moon\r")
    terminal.see(r"— generated, in the style of Burns · 12 lines")
    terminal.type("/lyr\t\t")
    terminal.see(r"> /lyrics")
    terminal.type(" seed:The sun artist:bu\t")
    terminal.see(r"artist:Burns")
    terminal.type(" lines:2\r")
    terminal.see(r"— generated, in the style of Burns · 2 lines")
    terminal.type("\x1b[A")  # the previous line
    terminal.see(r"> /lyrics seed:The sun artist:Burns lines:2$")
    terminal.type("\x15/quit\r")
    assert terminal.wait(10) == 0


def test_ctrl_c_twice_at_the_prompt_leaves(terminal: Terminal) -> None:
    terminal.see(r"(?m)^>")
    terminal.type("half a li\x03")
    terminal.see("Press Ctrl-C again")
    terminal.type("The moon\r")
    # Before the prompt is back, Ctrl-C would stop a song.
    terminal.see(r"(?s)— generated, in the style of Burns · 12 lines.*\n>")
    terminal.type("\x03")
    terminal.see(r"(?s)— generated, in the style of Burns.*Press Ctrl-C again")
    terminal.type("\x03")
    assert terminal.wait(10) == 0


def test_ctrl_d_leaves(terminal: Terminal) -> None:
    terminal.see(r"(?m)^>")
    terminal.type("\x04")
    assert terminal.wait(10) == 0


def test_sigterm_leaves_the_prompt(terminal: Terminal) -> None:
    terminal.see(r"(?m)^>")
    terminal.bot.terminate()
    assert terminal.wait(10) == 0


def test_a_training_goes_on_below_the_prompt_while_one_types(terminal: Terminal, tmp_path: Path) -> None:
    shutil.copy(
        Path(__file__).parents[3] / "data" / "corpora" / "neon-static.txt", tmp_path / "songs.txt"
    )  # long enough to type meanwhile
    terminal.see(r"(?m)^>")
    terminal.type(f"/train artist:choir corpus:{tmp_path}/songs.txt\r")
    terminal.see(r"(?m)^job 1, choir: ")
    terminal.type("The moon\r")  # the prompt is there during training
    terminal.see(r"— generated, in the style of Burns · 12 lines")
    terminal.type("half a line")
    terminal.see(r"(?m)^job 1, choir: \[[#.]{10}\] +[0-9]+% · .*s left")
    terminal.type("\x15/cancel job:1\r")
    terminal.see(r"(?m)^job 1, choir: cancelled")
    terminal.type("/jobs\r")
    terminal.see(r"choir .* cancelled")
    terminal.type("/quit\r")
    assert terminal.wait(10) == 0


def test_a_training_that_ends_leaves_what_is_typed(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "songs.txt").write_text(samples.corpus())
    opened = Terminal(environment)
    opened.see(r"(?m)^>")
    opened.type(f"/train artist:choir corpus:{tmp_path}/songs.txt minutes:0.05\r")
    opened.see(r"(?m)^job 1, choir: ")
    opened.type("half a line")
    opened.see(r"(?ms)^job 1, choir: succeeded.*^> half a line$", seconds=60)
    opened.type("\x15/quit\r")
    assert opened.wait(10) == 0
    opened.close()


def test_a_training_left_behind_resumes_with_the_next_chat(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "songs.txt").write_text(samples.corpus())
    opened = Terminal(environment)
    opened.see(r"(?m)^>")
    opened.type(f"/train artist:choir corpus:{tmp_path}/songs.txt\r")
    opened.see(r"(?m)^job 1, choir: \[", seconds=60)
    opened.type("/quit\r")
    opened.see(r"Training of “choir” resumes at the next start")
    assert opened.wait(20) == 0
    opened.close()
    opened = Terminal(environment)
    opened.see(r"(?m)^job 1, choir: ", seconds=30)
    opened.type("/cancel job:1\r")
    opened.see("cancelled")
    opened.close()


def test_seeds_of_earlier_chats_are_in_the_history(environment: dict[str, str]) -> None:
    for expected in (None, "The moon"):
        opened = Terminal(environment)
        opened.see(r"(?m)^>")
        if expected is None:
            opened.type("The moon\r")
            opened.see(r"— generated, in the style of Burns · 12 lines")
        else:
            opened.type("\x1b[A")
            opened.see(r"> The moon$")
            opened.type("\x15")
        opened.type("/quit\r")
        assert opened.wait(10) == 0
        opened.close()
