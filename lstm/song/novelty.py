"""How much of a song is new: an index of all runs of words in a corpus.

The words of a corpus, each coded as one character, are one long string; beside it stands its suffix array, which is the
order of its places by what follows them (U. Manber and G. Myers, "Suffix Arrays: A New Method for On-Line String
Searches", 1993, built by their prefix doubling). A run of words of any length is then found by one binary search, and
nothing is hashed: the answers are exact. A run may cross the ends of lines, but not of songs.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lstm.text.corpus import songs_of
from lstm.text.words import words_of

WHOLE_LINE = 4
"""Shorter lines ("Ah me!") belong to nobody."""

_SONG_END, _UNKNOWN, _FIRST_WORD = 0, 1, 2
_IntArray = npt.NDArray[np.integer[Any]]


class WordNgrams:
    """All runs of words of a corpus. Case and punctuation do not count (`lstm.text.words.words_of`).

    It takes some 7 bytes a word of the corpus and 150 a different word: 3 MB for 600 KB of text.
    """

    def __init__(self, words: list[str], codes: _IntArray, line_starts: _IntArray) -> None:
        """As `of` makes them.

        Args:
            words: the different words of the corpus.
            codes: (N,) the corpus: 0 after each song, k + 2 for words[k].
            line_starts: (N,) whether a line or a song's end stands there.

        Raises:
            ValueError: they do not fit together.
        """
        if codes.ndim != 1 or codes.shape != line_starts.shape:
            raise ValueError("the arrays of a word index differ in shape")
        if codes.size and (codes.min() < 0 or codes.max() >= len(words) + _FIRST_WORD or codes[-1] != _SONG_END):
            raise ValueError("a word index has words that it does not name")
        self._words = words
        self._code_of = {word: chr(k) for k, word in enumerate(words, _FIRST_WORD)}
        self._text = "".join(map(chr, codes.tolist()))
        self._line_starts = line_starts.astype(np.uint8).tobytes()

    @classmethod
    def of(cls, text: str) -> WordNgrams:
        """Index a clean corpus."""
        code_of: dict[str, int] = {}
        codes, line_starts = array("I"), bytearray()  # lists would hold an object a word
        for song in songs_of(text):
            for line in song.splitlines():
                if words := words_of(line):
                    codes.extend([code_of.setdefault(word, len(code_of) + _FIRST_WORD) for word in words])
                    line_starts += b"\1" + bytes(len(words) - 1)
            codes.append(_SONG_END)
            line_starts.append(1)
        return cls(list(code_of), np.array(codes, np.uint32), np.frombuffer(line_starts, np.uint8))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> WordNgrams:
        """The index that `arrays` was asked of.

        Raises:
            KeyError, ValueError: the arrays are not those of an index.
        """
        words = arrays["words"].astype(np.uint8).tobytes().decode("utf-8").splitlines()
        return cls(words, arrays["codes"], arrays["line_starts"])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What the index is made of: words (UTF-8, one a line), codes (N,) and line_starts (N,)."""
        return {
            "words": np.frombuffer("\n".join(self._words).encode(), np.uint8),
            "codes": self._codes(),
            "line_starts": np.frombuffer(self._line_starts, np.uint8),
        }

    @cached_property
    def _order(self) -> array[int]:
        """The places of the corpus sorted by what follows them; made for the first question, in 0.1 s."""
        return array("I", _suffix_array(self._codes()).astype(np.uint32).tobytes())

    def _codes(self) -> npt.NDArray[np.uint32]:
        return np.frombuffer(self._text.encode("utf-32-le", "surrogatepass"), np.uint32)

    def longest_run(self, text: str) -> int:
        """The greatest number of consecutive words of a line or song that are consecutive in the corpus too."""
        return self._longest(self._coded(text))

    def is_whole_line(self, line: str) -> bool:
        """Whether a line of four or more words is, word for word, a line of the corpus."""
        coded = self._coded(line)
        size = len(coded)
        if size < WHOLE_LINE:
            return False
        for rank in range(self._rank(coded), len(self._order)):
            place = self._order[rank]
            if self._text[place : place + size] != coded:
                return False
            if self._line_starts[place] and self._line_starts[place + size]:
                return True
        return False

    def new_share(self, text: str, n: int = 4) -> float:
        """The share of the runs of ``n`` words of a song that the corpus does not have; 1 if the song has none."""
        coded = self._coded(text)
        runs = [coded[k : k + n] for k in range(len(coded) - n + 1)]
        return sum(not self._has(run) for run in runs) / len(runs) if runs else 1.0

    def _coded(self, text: str) -> str:
        unknown = chr(_UNKNOWN)
        return "".join([self._code_of.get(word, unknown) for word in words_of(text)])

    def _longest(self, coded: str) -> int:
        # A run is looked for only where it would be longer than the longest so far: one search a word, mostly.
        longest = 0
        for start in range(len(coded)):
            while len(coded) - start > longest and self._has(coded[start : start + longest + 1]):
                longest += 1
        return longest

    def _has(self, run: str) -> bool:
        rank = self._rank(run)
        return rank < len(self._order) and self._text.startswith(run, self._order[rank])

    def _rank(self, run: str) -> int:
        """How many places of the corpus come before a run."""
        text, size = self._text, len(run)
        return bisect_left(self._order, run, key=lambda place: text[place : place + size])


def _suffix_array(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """The places of codes (N,) sorted by what stands there and after; a shorter suffix comes first.

    With every pass the ranks tell twice as many codes apart, until all differ: 0.15 s for 110,000 words.
    """
    N = codes.size
    rank = np.unique(codes, return_inverse=True)[1].astype(np.int64) + 1
    order = np.argsort(rank, kind="stable")
    known = 1
    while N and rank.max() < N:
        after = np.zeros(N, np.int64)  # nothing follows the last ones, and nothing ranks below all
        after[: N - known] = rank[known:]
        key = rank * (N + 1) + after
        order = np.argsort(key, kind="stable")
        rank[order] = 1 + np.cumsum(np.diff(key[order], prepend=key[order[0]]) > 0)
        known *= 2
    return order
