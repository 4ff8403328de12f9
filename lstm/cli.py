"""What the commands share: argument types, one-line errors, exit statuses.

Nothing here imports NumPy, so that a command can set the number of BLAS threads before it does.
"""

import argparse
import io
import math
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

INTERRUPTED = 130
BAD_INPUT = 2


def program(module: str) -> str:
    """The name of the command as it was typed: ``lyricbot-train`` and the like, or ``python -m MODULE``."""
    typed = Path(sys.argv[0]).name
    return typed if typed.startswith("lyricbot") else f"python -m {module}"


def other_program(program: str, name: str) -> str:
    """How to type the command ``name`` ("sample") where this one was called as ``program``, also outside a venv."""
    if program.startswith("lyricbot"):
        other = f"lyricbot-{name}"
        return other if shutil.which(other) else shlex.quote(os.path.relpath(Path(sys.argv[0]).with_name(other)))
    python, here = Path(sys.executable), Path.cwd()
    is_near = python.is_relative_to(here) and here != Path(here.anchor)
    return f"{shlex.quote(str(python.relative_to(here) if is_near else python))} -m lstm.{name}"


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with status 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {' '.join(message.split())} (see --help)\n")


def number(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    """An argument type: a number from ``low`` to ``high``."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            word = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"{text!r} is not {word} from {low:g} to {high:g}")
        return value

    return parse


def add_gemm(parser: argparse.ArgumentParser) -> None:
    """Add the option that pins how matrix products are laid out."""
    parser.add_argument(
        "--gemm",
        choices=("auto", "tiles", "whole"),
        help="layout of matrix products (default: the faster one); only runs with the same layout agree bit for bit",
    )


def use_gemm(layout: str | None) -> None:
    """Pin the layout of matrix products for this process; None leaves it to the environment."""
    if layout is not None:
        os.environ["LSTM_GEMM"] = layout


def run(command: Callable[[], int], prog: str, expected: Callable[[], tuple[type[Exception], ...]]) -> int:
    """Run a command and return its exit status. Errors of the ``expected`` types become one line on standard error.

    ``expected`` is called only when an error occurs: its classes are in modules that a command imports late.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # songs may contain characters that the terminal's encoding lacks
    try:
        return command()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output is gone. Keep Python from reporting it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] in ("lstm", "bot"):
            raise
        sys.stderr.write(f"{prog}: {not_installed(missing.name)}\n")
        return BAD_INPUT
    except Exception as error:
        if not isinstance(error, (*expected(), OSError)):
            raise
        if isinstance(error, OSError):
            message = f"{error.filename or 'file'}: {(error.strerror or str(error)).lower()}"
        else:
            message = " ".join(str(error).split())
        sys.stderr.write(f"{prog}: {message}\n")
        return BAD_INPUT


@contextmanager
def interruptions() -> Iterator[Callable[[], bool]]:
    """Defer Ctrl-C and SIGTERM, and report whether one has arrived; a second one interrupts at once.

    An interruption in the middle of an update would leave weights that belong to no checkpoint.
    """
    came = False

    def note(*_: object) -> None:
        nonlocal came
        if came:
            raise KeyboardInterrupt
        came = True

    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    kept = [(n, signal.signal(n, note)) for n in numbers]
    try:
        yield lambda: came
    finally:
        for n, handler in kept:
            signal.signal(n, handler)


def not_installed(module: str) -> str:
    """What to do where a dependency is missing: most often it is the wrong Python."""
    return (
        f"{module} is not installed for {sys.executable}: use .venv/bin/python, which `make run` creates, "
        "or install the dependencies with pip install -c constraints.txt -e ."
    )


def expected_errors() -> tuple[type[Exception], ...]:
    """The errors of this package whose messages are written for the person who typed the command."""
    from lstm.model.model_file import ModelFileError
    from lstm.text.errors import CorpusError
    from lstm.training.errors import CheckpointError
    from lstm.training.pretraining.recipe import RecipeError

    return (CorpusError, ModelFileError, CheckpointError, RecipeError)
