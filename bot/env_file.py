"""Reads a `.env` file strictly: a line that python-dotenv would skip with a warning is an error here.

A skipped line would silently leave a setting at its default, and a skipped token would open the console.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import Binding, parse_stream

_MAY_HOLD = "it must be NAME=value with every quote closed, or a comment that begins with #"
_NAME = re.compile(r"\s*(?:export\s+)?((?:DISCORD|LYRICS)_[A-Z_]+)")


class EnvFileError(Exception):
    """The file cannot be read; the message is one line without any value, which may be a secret."""


@dataclass(frozen=True)
class EnvFile:
    """The values of a `.env` file; if a name is set twice, the last one counts."""

    values: dict[str, str] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    """Names that are set more than once."""


def read_env_file(path: Path) -> EnvFile:
    """Read the file, or nothing if it does not exist. A "$" stays a "$": nothing is interpolated.

    Raises:
        EnvFileError: if the file or one of its lines cannot be read.
    """
    try:
        if not path.is_file():
            return EnvFile()
        with path.open(encoding="utf-8-sig") as lines:  # Windows' Notepad begins UTF-8 with a byte order mark
            bindings = list(parse_stream(lines))
    except UnicodeDecodeError as error:
        raise EnvFileError(f"{path} cannot be read: it must contain NAME=value lines in UTF-8 ({error})") from error
    except OSError as error:
        raise EnvFileError(f"{path} cannot be read: {error.strerror}") from error
    values: dict[str, str] = {}
    repeated: list[str] = []
    for binding in bindings:
        if binding.key is not None and binding.value is not None and not binding.error:
            if binding.key in values:
                repeated.append(binding.key)
            values[binding.key] = binding.value
        elif binding.key is not None or binding.error:
            raise EnvFileError(f"{path} line {_line(binding)} cannot be read; {_MAY_HOLD}")
    return EnvFile(values, tuple(repeated))


def _line(binding: Binding) -> str:
    """Return the number of a line, with the setting it begins with, but without anything that may be a secret."""
    text = binding.original.string
    number = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
    name = _NAME.match(text)
    return f"{number} ({name[1]} …)" if name else str(number)
