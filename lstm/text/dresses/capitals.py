"""Songs that are written in capitals throughout."""

import re

from lstm.text import marks
from lstm.text.dresses.undressed import Undressed

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LEAST_SHARE = 0.9
_FEWEST_LETTERS = 80
_PRONOUN = frozenset("i i'm i'll i've i'd i'ma i'mma".split())


def take_off(text: str) -> Undressed | None:
    """Small letters but for the first of a line, "I" and what follows the end of a sentence."""
    capitals = sum(map(str.isupper, text))
    small = sum(map(str.islower, text))
    if capitals < _FEWEST_LETTERS or capitals < _LEAST_SHARE * (capitals + small):
        return None
    lines = [line if line[:1] in marks.ALL else _true_case(line) for line in text.split("\n")]
    return Undressed("\n".join(lines), {"lines in capitals": sum(bool(line) for line in lines)})


def _true_case(line: str) -> str:
    """A line in ordinary case; names cannot be distinguished from other words."""
    begins = True
    parts: list[str] = []
    last = 0
    for match in _WORD.finditer(line):
        between = line[last : match.start()]
        begins = begins or any(sign in between for sign in (". ", "! ", "? "))
        word = match.group().lower()
        if begins or word in _PRONOUN:
            word = word[0].upper() + word[1:]
        parts += [between, word]
        begins, last = False, match.end()
    return "".join(parts) + line[last:]
