"""Marks that say how often a line is sung: "(x2)", "[2x]", "x3", "(repeat)", "(bis)"."""

import re

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_BRACKETED = re.compile(
    r"[(\[{]\s?(?:[x×*]\s?\d{1,2}|\d{1,2}\s?[x×]|repeat(?:ed|s)?(?: (?:[x×]\s?)?\d{1,2}\s?(?:[x×]|times)?)?"
    r"|repeat to fade|repeat twice|repeat (?:two|three|four) times"
    r"|(?:two|three|four|\d) times|twice|bis|ter)\s?[)\]}][.,]?$",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<=\S) {1,4}[x×]\s?\d{1,2}$", re.IGNORECASE)
_COUNT_FIRST = re.compile(r"(?<=\S) {1,4}\d{1,2}\s?[x×]$")
_FEWEST_COUNT_FIRST = 3
_TAIL = 60


def take_off(text: str) -> Undressed | None:
    """Drop the marks at line ends; a line that is nothing but one goes."""
    lines = text.split("\n")
    count_first = sum(_COUNT_FIRST.search(line[-_TAIL:]) is not None for line in lines if line[-1:] in "xX×")
    result: list[str] = []
    count = 0
    for line in lines:
        stripped = line if line[:1] in boundaries.ALL and line else _without(line, count_first >= _FEWEST_COUNT_FIRST)
        if stripped != line:
            count += 1
            if not stripped.strip():
                continue
        result.append(stripped)
    return Undressed("\n".join(result), {"repeat marks": count}) if count else None


def _without(line: str, count_first: bool) -> str:
    last = line[-1:]
    if last not in ")]}.," and not (last.isdigit() or last in "xX×"):
        return line
    head, tail = line[:-_TAIL], line[-_TAIL:]
    for pattern in (_BRACKETED, _BARE, *([_COUNT_FIRST] if count_first else [])):
        match = pattern.search(tail)
        if match:
            return (head + tail[: match.start()]).rstrip()
    return line
