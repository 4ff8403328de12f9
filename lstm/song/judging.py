"""What is wrong with a line, and which of several is to be sung.

Rules that the user can rely on come before taste: a line that copies the corpus, is stuck, repeats the song beyond the
artist's habit or leaves a bracket open loses against any that does not. Among those without fault the one that the
network finds likeliest, by character, wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lstm.rhyme.pronunciation import shipped_dictionary
from lstm.song.repetition import closes_what_it_opens, has_phrase_loop
from lstm.song.style import Style
from lstm.text.words import words_of

LONGEST_RUN = 5
"""A line may share so many consecutive words with the corpus, not one more."""
SHORTER, LONGER = 0.75, 1.1
"""How far beyond the artist's short and long lines a line may go."""
COPIES, IS_STUCK, REPEATS, IS_OPEN, IS_FILTERED = 16.0, 8.0, 8.0, 4.0, 64.0
UNKNOWN_WORD, SAYS_AGAIN, IS_ODD_LENGTH = 2.0, 1.0, 1.0
"""Weights of faults: sums of them are compared before any likelihood is."""
BEGINS_ALIKE, BEFORE = 0.9, 8
"""Weight of beginning with the same two words as two of the last eight lines. Less than 1: no reason to sample anew."""
_ENGLISH = re.compile("[a-z']+")


@dataclass(frozen=True)
class Judge:
    """Judges lines of one song."""

    style: Style
    seed: str = ""
    """What stands in the seed may be sung, whether the corpus has it or not."""
    is_filtered: Callable[[str], bool] | None = None
    """A language filter: true of a text that must not be sung."""

    def faults(self, line: str, song: Sequence[str]) -> float:
        """The weight of all that is wrong with a line after the lines of ``song``; 0 for a good one."""
        words = words_of(line)
        weight = UNKNOWN_WORD * sum(not self.is_word(word) for word in words)
        short, _, long = self.style.line_lengths
        if not SHORTER * short <= len(line) <= LONGER * long:
            weight += IS_ODD_LENGTH
        if self.copies(line):
            weight += COPIES
        if has_phrase_loop(line):
            weight += IS_STUCK
        if not closes_what_it_opens(line):
            weight += IS_OPEN
        said = [words_of(earlier) for earlier in song]
        if self._repeats(words, said):
            weight += REPEATS
        weight += SAYS_AGAIN * _phrases_said(words, said)
        if sum(earlier[:2] == words[:2] for earlier in said[-BEFORE:]) >= 2:
            weight += BEGINS_ALIKE
        if self.is_filtered is not None and self.is_filtered(line):
            weight += IS_FILTERED
        return weight

    def copies(self, line: str) -> bool:
        """Whether a line has six or more consecutive words of the corpus, or is a whole line of it."""
        index = self.style.index
        if index.longest_run(line) <= LONGEST_RUN and not index.is_whole_line(line):
            return False
        return self.seed == "" or index.longest_run(line) > index.longest_run(self.seed)

    def is_word(self, word: str) -> bool:
        """Whether a word is the artist's or stands in the dictionary of English."""
        if self.style.has_word(word) or word.isdigit():
            return True
        return _ENGLISH.fullmatch(word) is not None and bool(shipped_dictionary().sounds(word))

    def _repeats(self, words: list[str], said: list[list[str]]) -> bool:
        """Whether a line says what an earlier one of the song says, and the artist does that less often."""
        if not words:
            return False
        allowed = self.style.repeated_share * (len(said) + 1)
        repeated = sum(_alike(line, earlier) for k, line in enumerate(said) for earlier in said[:k])
        return any(_alike(words, earlier) for earlier in said) and repeated + 1 > allowed


def _phrases_said(words: list[str], said: list[list[str]]) -> int:
    """How many phrases of three words of a line stand in earlier lines of the song.

    The likeliest line is often one that the song has half said before.
    """
    before = {phrase for line in said for phrase in zip(line, line[1:], line[2:], strict=False)}
    return len(before.intersection(zip(words, words[1:], words[2:], strict=False)))


def _alike(a: list[str], b: list[str]) -> bool:
    """Whether two lines share three quarters of their words."""
    shared, all_ = len(set(a) & set(b)), len(set(a) | set(b))
    return all_ > 0 and shared / all_ >= 0.75
