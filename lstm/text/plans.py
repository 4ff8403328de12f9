"""Planned text: the last word of each line stands before the line.

A network that writes planned text chooses the word that ends a line first, so that it can choose a rhyme, and then
writes the line that leads to it (Pasini et al. 2024, arXiv 2405.05176).
The plan of a line is a space and the line's last word in lower case, as the same word would stand within a line,
followed by `PLAN_END`:

    " street\\x1eThe rain came down on our street,\\n"

A plan follows from its line, so the bits of plan and line together are the bits of the line. Cleaned text never holds
the mark, which is a control character. Python counts it as white space: split planned text at "\\n" only.
"""

from collections.abc import Sequence

import numpy as np

from lstm.arrays import IntArray
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


def alternating(songs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Two versions of some songs: in the first every other song is planned, in the second the others are.

    A network that reads both in turn learns to write with and without plans. It costs nothing: after as many updates,
    plain songs were predicted as well as after plain reading alone, and planned ones better than after planned reading.
    """
    first = [planned(song) if k % 2 == 0 else song for k, song in enumerate(songs)]
    second = [song if k % 2 == 0 else planned(song) for k, song in enumerate(songs)]
    return first, second


def characters_of(ids: IntArray, lengths: IntArray, mark: int, newline: int) -> IntArray:
    """Characters of each unit of a planned text, (N,): 0 for those of plans.

    ``ids`` (N,) are the text's units, ``lengths`` (V,) the characters of each unit, ``mark`` and ``newline`` the ids of
    `PLAN_END` and of the line end.
    """
    marks, line_ends = np.flatnonzero(ids == mark), np.flatnonzero(ids == newline)
    before = np.searchsorted(line_ends, marks)
    starts = np.where(before > 0, line_ends[np.maximum(before - 1, 0)] + 1, 0) if len(line_ends) else 0 * marks
    depth = np.zeros(len(ids) + 1, np.int32)
    np.add.at(depth, starts, 1)
    np.add.at(depth, marks + 1, -1)
    counts: IntArray = np.where(np.cumsum(depth)[:-1] > 0, 0, lengths[ids])
    return counts
