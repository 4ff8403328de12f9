"""What an artist's songs are like, beyond what the network has learned: the words, the lines, the habits.

It is taken from the songs that were learned from, travels in the model file (``config["style"]``), and is what lines
are judged by when a song is composed.
"""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lstm.rhyme.ear import RhymeIndex
from lstm.song.novelty import WordNgrams
from lstm.song.repetition import repeated_share
from lstm.text.corpus import songs_of
from lstm.text.words import last_word, words_of


@dataclass(frozen=True)
class Style:
    """One artist's."""

    words: frozenset[str]
    """All words, as `lstm.text.words.words_of` gives them."""
    endings: tuple[str, ...]
    """The words that lines end with, as they are written there, the commonest first."""
    line_lengths: tuple[float, float, float]
    """Characters of a line: a short one (1 in 50 is shorter), the mean, a long one (1 in 50 is longer)."""
    repeated_share: float
    """Share of lines that repeat an earlier one of their song."""
    index: WordNgrams
    """All runs of words of the corpus."""

    @classmethod
    def of(cls, text: str) -> Style:
        """The style of a clean corpus."""
        songs = songs_of(text)
        lines = [line for song in songs for line in song.splitlines() if line.strip()]
        endings = Counter(word for line in lines if (word := last_word(line)))
        lengths = sorted(map(len, lines)) or [30]
        return cls(
            words=frozenset(
                word for line in lines for word in words_of(line)
            ),  # not a list of them all: a long text has millions
            endings=tuple(word for word, _ in endings.most_common()),
            line_lengths=(lengths[len(lengths) // 50], sum(lengths) / len(lengths), lengths[-1 - len(lengths) // 50]),
            repeated_share=repeated_share(songs),
            index=WordNgrams.of(text),
        )

    @cached_property
    def rhymes(self) -> RhymeIndex:
        """The artist's words by how they sound: endings first, then all others; made when it is first needed."""
        spelt = {word.casefold() for word in self.endings}
        return RhymeIndex([*self.endings, *sorted(self.words - spelt)])

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; the corpus's words, of which the index is made anew, are compressed."""
        arrays = self.index.arrays()
        return {
            "endings": list(self.endings),
            "line_lengths": list(self.line_lengths),
            "repeated_share": self.repeated_share,
            "words": _pack(arrays["words"]),
            "codes": _pack(arrays["codes"].astype("<u4")),
            "line_starts": _pack(np.packbits(arrays["line_starts"].astype(bool))),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Style:
        """The style that `to_json` was asked of.

        Raises:
            ValueError: ``data`` is not that.
        """
        try:
            codes = np.frombuffer(_unpack(data["codes"]), "<u4")
            starts = np.unpackbits(np.frombuffer(_unpack(data["line_starts"]), np.uint8))[: len(codes)]
            words = np.frombuffer(_unpack(data["words"]), np.uint8)
            index = WordNgrams.from_arrays({"words": words, "codes": codes, "line_starts": starts})
            short, mean, long = (float(length) for length in data["line_lengths"])
            return cls(
                words=frozenset(words.tobytes().decode("utf-8").split("\n")),
                endings=tuple(str(word) for word in data["endings"]),
                line_lengths=(short, mean, long),
                repeated_share=float(data["repeated_share"]),
                index=index,
            )
        except (KeyError, TypeError, zlib.error, UnicodeDecodeError) as error:
            raise ValueError(f"the artist's style cannot be read ({error})") from None


def _pack(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")


_LARGEST = 1 << 27


def _unpack(text: str) -> bytes:
    inflater = zlib.decompressobj()
    data = inflater.decompress(base64.b64decode(text, validate=True), _LARGEST)
    if not inflater.eof:
        raise ValueError("the artist's style is too large or cut short")
    return data
