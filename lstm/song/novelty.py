"""How much of a song is new: an index of all runs of words in a corpus.

The words of a corpus, each coded as one character, are one long string; beside it stands its suffix array, which is the
order of its places by what follows them (U. Manber and G. Myers, "Suffix Arrays: A New Method for On-Line String
Searches", 1993, built by their prefix doubling). A run of words of any length is then found by one binary search, and
nothing is hashed: the answers are exact. A run may cross the ends of lines, but not of songs.

An index is built once, when its artist is trained. To load one takes a few passes over its arrays and nothing per word.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lstm.text.songs import songs_of
from lstm.text.words import words_of

WHOLE_LINE = 4
"""Shorter lines ("Ah me!") belong to nobody."""
MOST_WORDS = 4_000_000
"""Of a corpus; songs beyond them are not indexed. The largest upload, 8 MB, has 1.5 million in an ordinary language. So
many take 32 MB here and, for a moment in training, 160 MB."""

_SONG_END, _UNKNOWN, _FIRST_WORD = 0, 1, 2
_MOST_DIFFERENT = sys.maxunicode - _FIRST_WORD
_IntArray = npt.NDArray[np.integer[Any]]


class WordNgrams:
    """All runs of words of a corpus. Case and punctuation do not count (`lstm.text.words.words_of`)."""

    def __init__(
        self, words: list[str], codes: _IntArray, order: _IntArray, lines: _IntArray, line_sizes: _IntArray
    ) -> None:
        """As `of` makes them.

        Args:
            words: the different words of the corpus, sorted.
            codes: (N,) the corpus: 0 after each song, k + 2 for words[k].
            order: (N,) its suffix array.
            lines: (K,) where each different line of four or more words begins, sorted by the codes of the line.
            line_sizes: (K,) how many words each of them has.

        Raises:
            ValueError: they do not fit together.
        """
        N = codes.size
        if codes.ndim != 1 or codes.shape != order.shape or lines.ndim != 1 or lines.shape != line_sizes.shape:
            raise ValueError("the arrays of a word index differ in shape")
        if len(words) > _MOST_DIFFERENT:
            raise ValueError(f"a word index has more than {_MOST_DIFFERENT} different words")
        if N and (codes.min() < 0 or codes.max() >= len(words) + _FIRST_WORD or codes[-1] != _SONG_END):
            raise ValueError("a word index has words that it does not name")
        if N and (order.min() < 0 or order.max() >= N or np.bincount(order, minlength=N).max() > 1):
            raise ValueError("a word index is out of order")
        if lines.size and (min(lines.min(), line_sizes.min()) < 0 or (lines.astype(np.int64) + line_sizes).max() > N):
            raise ValueError("a word index has lines that it does not hold")
        self._words = words
        self._text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        # NumPy's own integers are slow to slice with.
        self._order, self._lines, self._line_sizes = (
            array("I", each.astype(np.uint32).tobytes()) for each in (order, lines, line_sizes)
        )

    @classmethod
    def of(cls, text: str) -> "WordNgrams":
        """Index a clean corpus: 0.4 s for 110,000 words."""
        number_of: dict[str, int] = {}
        numbers, lines, sizes = array("I"), array("I"), array("I")  # lists would hold an object per word
        for song in songs_of(text):
            if len(numbers) >= MOST_WORDS:
                break
            for line in song.splitlines():
                words = words_of(line)
                if len(words) >= WHOLE_LINE:
                    lines.append(len(numbers))
                    sizes.append(len(words))
                numbers.extend([number_of.setdefault(word, len(number_of) + _FIRST_WORD) for word in words])
            numbers.append(_SONG_END)
        words = sorted(number_of)
        code_of = np.arange(len(words) + _FIRST_WORD, dtype=np.uint32)
        code_of[[number_of[word] for word in words]] = np.arange(_FIRST_WORD, len(words) + _FIRST_WORD)
        codes = code_of[np.frombuffer(numbers, np.uint32)]
        places, line_sizes = _sorted_lines(codes, lines, sizes)
        return cls(words, codes, _suffix_array(codes), places, line_sizes)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "WordNgrams":
        """The index that `arrays` was asked of.

        Raises:
            KeyError, ValueError: the arrays are not those of an index.
        """
        words = arrays["words"].astype(np.uint8).tobytes().decode("utf-8").split("\n")
        return cls(
            words if words != [""] else [], arrays["codes"], arrays["order"], arrays["lines"], arrays["line_sizes"]
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What the index is made of: words (UTF-8, one per line), and the arguments of the constructor as uint32."""
        return {
            "words": np.frombuffer("\n".join(self._words).encode(), np.uint8),
            "codes": np.frombuffer(self._text.encode("utf-32-le", "surrogatepass"), np.uint32),
            "order": np.frombuffer(self._order, np.uint32),
            "lines": np.frombuffer(self._lines, np.uint32),
            "line_sizes": np.frombuffer(self._line_sizes, np.uint32),
        }

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        words = sum(map(sys.getsizeof, self._words)) + sys.getsizeof(self._words)
        return words + sum(map(sys.getsizeof, (self._text, self._order, self._lines, self._line_sizes)))

    def has_word(self, word: str) -> bool:
        """Whether the corpus has a word, given as `words_of` gives them."""
        return self._code(word) != _UNKNOWN

    def share_of_lines_begun_by(self, word: str) -> float:
        """The share of the corpus's different lines of four or more words that begin with a word."""
        code = chr(self._code(word))
        first = bisect_left(range(len(self._lines)), code, key=self._line)
        last = bisect_left(range(len(self._lines)), chr(ord(code) + 1), key=self._line)
        return (last - first) / len(self._lines) if self._lines else 0.0

    def words(self) -> list[str]:
        """The different words of the corpus, sorted."""
        return list(self._words)

    def longest_run(self, text: str) -> int:
        """The greatest number of consecutive words of a line or song that are consecutive in the corpus too."""
        return self._longest(self._coded(text))

    def has_run(self, words: Sequence[str]) -> bool:
        """Whether some words, as `words_of` gives them, are consecutive in the corpus."""
        return self._has("".join([chr(self._code(word)) for word in words]))

    def is_whole_line(self, line: str) -> bool:
        """Whether a line of four or more words is, word for word, a line of the corpus."""
        coded = self._coded(line)
        if len(coded) < WHOLE_LINE:
            return False
        found = bisect_left(range(len(self._lines)), coded, key=self._line)
        return found < len(self._lines) and self._line(found) == coded

    def new_share(self, text: str, n: int = 4) -> float:
        """The share of the runs of ``n`` words of a song that the corpus does not have; 1 if the song has none."""
        coded = self._coded(text)
        runs = [coded[k : k + n] for k in range(len(coded) - n + 1)]
        return sum(not self._has(run) for run in runs) / len(runs) if runs else 1.0

    def _coded(self, text: str) -> str:
        return "".join([chr(self._code(word)) for word in words_of(text)])

    def _code(self, word: str) -> int:
        k = bisect_left(self._words, word)
        return k + _FIRST_WORD if k < len(self._words) and self._words[k] == word else _UNKNOWN

    def _line(self, k: int) -> str:
        return self._text[self._lines[k] : self._lines[k] + self._line_sizes[k]]

    def _longest(self, coded: str) -> int:
        # A run is looked for only where it would be longer than the longest so far: one search per word, mostly.
        longest = 0
        for start in range(len(coded)):
            while len(coded) - start > longest and self._has(coded[start : start + longest + 1]):
                longest += 1
        return longest

    def _has(self, run: str) -> bool:
        text, size = self._text, len(run)
        rank = bisect_left(self._order, run, key=lambda place: text[place : place + size])
        return rank < len(self._order) and text.startswith(run, self._order[rank])


def _sorted_lines(
    codes: npt.NDArray[np.uint32], starts: "array[int]", sizes: "array[int]"
) -> tuple[_IntArray, _IntArray]:
    """The places and sizes of the different lines, sorted by their codes."""
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    places = {text[start : start + size]: start for start, size in zip(starts, sizes, strict=True)}
    lines = sorted(places)
    return (
        np.array([places[line] for line in lines], np.uint32),
        np.array([len(line) for line in lines], np.uint32),
    )


def _suffix_array(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """The places of codes (N,) sorted by what stands there and after; a shorter suffix comes first.

    With every pass the ranks tell twice as many codes apart, until all differ: 0.15 s for 110,000 words.
    """
    N = codes.size
    rank = np.unique(codes, return_inverse=True)[1].astype(np.int64) + 1
    order = np.argsort(rank, kind="stable")
    known = 1
    while N and rank.max() < N:
        key = rank * (N + 1)
        key[: N - known] += rank[known:]  # nothing follows the last ones, and nothing ranks below all
        order = np.argsort(key, kind="stable")
        rank[order] = 1 + np.cumsum(np.diff(key[order], prepend=key[order[0]]) > 0)
        known *= 2
    return order
