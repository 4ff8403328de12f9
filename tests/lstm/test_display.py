"""Progress on standard error: plain lines, and a bar on a real terminal."""

import os
import subprocess
import sys

from lstm.display import display
from tests.lstm.processes import ENVIRONMENT

PROGRAM = """
from lstm.display import display
with display("reading") as shown:
    shown.show(0.25, "loss [1.250]")
    shown.say("a verse [of it]")
"""


def test_plain_lines_are_those_that_are_new_or_due(capsys):
    with display("reading") as shown:
        shown.show(0.1, "first")
        shown.show(0.2, "soon after")
        shown.show(0.3, "evaluated", is_new=True)
        shown.say("a verse")
    assert capsys.readouterr().err == " 10.0%  first\n 30.0%  evaluated\na verse\n"


def test_a_terminal_has_a_bar():
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=ENVIRONMENT | {"TERM": "xterm", "COLUMNS": "100"}, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 4096):
            seen += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0
    text = seen.decode()
    assert "a verse [of it]" in text
    assert "25%" in text
    assert "loss [1.250]" in text
