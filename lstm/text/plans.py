"""Planned text: the last word of each line stands before the line.

A network that writes planned text chooses the word that ends a line first, so that it can choose a rhyme, and then
writes the line that leads to it (Pasini et al. 2024, arXiv 2405.05176). The base has read songs in this form beside
plain ones. Songs are not written so any more: lines that are sampled freely and branch to a rhyme make more sense
(`lstm.song.turning`, tests/benchmarks/SENSE.md).

The plan of a line is a space and the line's last word in lower case, as the same word would stand within a line,
followed by `PLAN_END`:

    " street\\x1eThe rain came down on our street,\\n"

Cleaned text never holds the mark, which is a control character. Python counts it as white space: split planned text at
"\\n" only.
"""

from lstm.text.words import last_word

PLAN_END = "\x1e"
"""Ends the plan of a line."""


def plan_of(line: str) -> str:
    """The plan of a line with its mark; empty for a line without a word."""
    word = last_word(line).lower()
    return f" {word}{PLAN_END}" if word else ""


def planned(text: str) -> str:
    """A clean text, such as a song, with a plan before each line."""
    return "\n".join([plan_of(line) + line for line in text.split("\n")])
