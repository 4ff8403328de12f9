"""Parses a line at the prompt: `/lyrics seed:I walk alone artist:burns`, or plain text, which is a seed."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.console.forms import FORMS, MEANT
from bot.services import Refusal

_OF_SERVERS = ("settings", "top")
"""Commands that exist on Discord only."""
_QUOTED = re.compile(r"""(?P<quote>["'])((?:(?!(?P=quote)).)*)(?P=quote)|“([^”]*)”""", re.DOTALL)
_LIKE_AN_OPTION = re.compile(r"(?:(?<=\s)|^)([A-Za-z]{2,20}):(?!//)(?=\S)")
"""A word with a colon that something follows, except the start of a web address."""
_LONGEST_ECHO = 60


def shortened(value: str) -> str:
    """Return what was typed as an error message repeats it: on one line, and not too long."""
    value = " ".join(value.split())
    return value if len(value) <= _LONGEST_ECHO else value[: _LONGEST_ECHO - 1] + "…"


@dataclass(frozen=True)
class Target:
    """The file after > or >>."""

    path: str
    appends: bool


@dataclass(frozen=True)
class CommandLine:
    """A command with its options as typed, without empty ones."""

    name: str
    options: dict[str, str] = field(default_factory=dict)
    is_confirmed: bool = False
    """Whether it ends with --yes."""
    target: "Target | None" = None
    """Where to write the result instead of the screen."""

    def text(self, option: str) -> str | None:
        """Return an option as it was typed, or None."""
        return self.options.get(option)

    def required(self, option: str) -> str:
        """Return an option that is required."""
        value = self.options.get(option)
        if value is None:
            raise Refusal(f"/{self.name} needs {option}:…")
        return value

    def whole_number(self, option: str) -> int | None:
        """Return an option as a whole number."""
        value = self.options.get(option)
        if value is None:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            raise Refusal(f"{option}: must be a whole number, not “{shortened(value)}”.")
        return int(value)

    def number(self, option: str) -> float | None:
        """Return an option as a number."""
        value = self.options.get(option)
        if value is None:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,9}([.,][0-9]{1,9})?", value):
            raise Refusal(f"{option}: must be a number, not “{shortened(value)}”.")
        return float(value.replace(",", "."))

    def switch(self, option: str) -> bool | None:
        """Return an option as yes or no."""
        value = self.options.get(option)
        if value is None:
            return None
        if value.casefold() not in ("true", "false", "yes", "no", "on", "off"):
            raise Refusal(f"{option}: must be true or false, not “{shortened(value)}”.")
        return value.casefold() in ("true", "yes", "on")


def parse(line: str) -> CommandLine:
    """Parse a line that is not empty.

    A value extends to the next option of its command, so it may contain spaces. If the command accepts them, the line
    may end with `--yes`, and with `> FILE` or `>> FILE`.

    Raises:
        Refusal: if the command or an option is unknown, an option has two values, a command's name is typed without
            its slash, or something follows the file.
    """
    line = line.strip()
    if not line.startswith("/"):
        word = line.casefold()
        if (meant := MEANT.get(word, word)) in FORMS:
            raise Refusal(f"The command is /{meant}. To use that word as a seed, type /lyrics seed:{line}")
        return CommandLine("lyrics", {"seed": line})
    name, _, rest = line[1:].partition(" ")
    name = name.casefold()
    if name in _OF_SERVERS:
        raise Refusal(f"/{name} only works in a server on Discord.")
    if name not in FORMS:
        close = [MEANT[name]] if name in MEANT else get_close_matches(shortened(name), FORMS, 1)
        hint = f"did you mean /{close[0]}?" if close else "try /help."
        raise Refusal(f"There is no command /{shortened(name)}; {hint}")
    form, options = FORMS[name], FORMS[name].names
    rest, target = _without_target(rest, options) if form.is_written else (rest, None)
    rest, is_confirmed = _without_yes(rest) if form.is_confirmed else (rest, False)
    if not options:
        if rest.strip():
            raise Refusal(f"/{name} takes no options.")
        return CommandLine(name, target=target)
    return CommandLine(name, _values(name, rest), is_confirmed, target)


def _values(command: str, typed: str) -> dict[str, str]:
    """Read the options; what stands before the first of their names is the value of the command's first option.

    Raises:
        Refusal: if an option is unknown, or has two values, one of which would be lost.
    """
    options = FORMS[command].names
    first, *parts = re.split(rf"(?:(?<=\s)|^)({'|'.join(options)}):", typed.strip(), flags=re.IGNORECASE)
    values = {options[0]: free} if (free := _value(command, first.strip())) else {}
    for option, text in zip(map(str.casefold, parts[::2]), parts[1::2], strict=True):
        if not (value := _value(command, text.strip())):
            continue
        if option in values:
            earlier, later = shortened(values[option]), shortened(value)
            if free and option == options[0]:
                raise Refusal(
                    f"“{earlier}” stands for {option}:{earlier}, but there is {option}:{later} too; give one."
                )
            raise Refusal(f"There are both {option}:{earlier} and {option}:{later}; give one.")
        values[option] = value
    return values


def _value(command: str, typed: str) -> str:
    """Remove the quotes around a value; without quotes, refuse an option that the command does not have.

    Raises:
        Refusal: if the value contains what looks like an option.
    """
    if (quoted := _QUOTED.fullmatch(typed)) is not None:
        return (quoted[2] or quoted[3] or "").strip()
    if (unknown := _LIKE_AN_OPTION.search(typed)) is not None:
        options = FORMS[command].names
        close = get_close_matches(unknown[1].casefold(), options, 1)
        hint = f"did you mean {close[0]}:?" if close else f"it takes {' '.join(f'{option}:' for option in options)}"
        end = "" if close else "."
        raise Refusal(
            f"/{command} has no option {unknown[1]}:; {hint}{end} Put quotes around a value that contains a colon."
        )
    return typed


def _without_target(rest: str, options: tuple[str, ...]) -> tuple[str, Target | None]:
    """Split off "> FILE"; a > within a word belongs to the seed.

    Raises:
        Refusal: if options follow the file.
    """
    cuts = [(" " + rest).rpartition(arrow) for arrow in (" > ", " >> ")]
    before, arrow, path = max(cuts, key=lambda cut: (bool(cut[1]), len(cut[0])))
    if not arrow or not path.strip():
        return rest, None
    if options and (late := re.search(rf"\s({'|'.join(options)}):", path, re.IGNORECASE)) is not None:
        raise Refusal(f"{arrow.strip()} FILE must be the last thing on the line; put {late[1]}: before it.")
    return before, Target(path.strip(), appends=arrow == " >> ")


def _without_yes(rest: str) -> tuple[str, bool]:
    words = rest.rstrip()
    if words == "--yes" or words.endswith(" --yes"):
        return words.removesuffix("--yes"), True
    return rest, False
