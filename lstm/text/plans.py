"""Planned text: the last word of each line stands before the line.

A network that writes planned text chooses the word that ends a line first, so that it can choose a rhyme, and then
writes the line that leads to it (Pasini et al. 2024, arXiv 2405.05176).
The plan of a line is a space and the line's last word in lower case, as the same word would stand within a line,
followed by `LINE_MARK`:

    " street\\x1eThe rain came down on our street,\\n"

A plan follows from its line, so the bits of plan and line together are the bits of the line. Cleaned text never holds
the mark, which is a control character. Python counts it as white space: split planned text at "\\n" only.
"""

from __future__ import annotations

import re

from lstm.text.words import last_word

LINE_MARK = "\x1e"
"""Ends the plan of a line."""

_PLAN = re.compile(f"^[^\n{LINE_MARK}]*{LINE_MARK}", re.MULTILINE)


def plan_of(line: str) -> str:
    """The plan of a line with its mark; empty for a line without a word."""
    word = last_word(line).lower()
    return f" {word}{LINE_MARK}" if word else ""


def planned(text: str) -> str:
    """A clean text, such as a song, with a plan before each line."""
    return "\n".join([plan_of(line) + line for line in text.split("\n")])


def without_plans(text: str) -> str:
    """The text that a planned text plans."""
    return _PLAN.sub("", text)
