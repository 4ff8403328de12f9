"""What an artist's songs are like, beyond what the network has learned: the words, the lines, the habits.

It is taken from the songs that were learned from, travels in the model file (``config["style"]``), and is what lines
are judged by when a song is composed.
"""

import base64
import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from lstm.rhyme.ear import RhymeIndex
from lstm.song.habits import Habits
from lstm.song.novelty import WordNgrams
from lstm.song.repetition import repeated_share
from lstm.song.typical_form import TypicalForm, typical_form
from lstm.text.division import songs_in
from lstm.text.songs import songs_of
from lstm.text.words import last_word


@dataclass(frozen=True)
class Style:
    """One artist's. Everything is made in training and only read when a song is composed."""

    line_lengths: tuple[float, float, float]
    """Characters of a line: a short one (1 in 50 is shorter), the mean, a long one (1 in 50 is longer)."""
    repeated_share: float
    """Share of lines that repeat an earlier one of their song."""
    index: WordNgrams
    """All runs of words of the corpus."""
    rhymes: RhymeIndex
    """The artist's words by how they sound: those that end lines first, the commonest of them first, then others."""
    habits: Habits = field(default_factory=Habits)
    """How the artist rhymes and writes."""
    typical_form: TypicalForm = field(default_factory=TypicalForm)
    """How the artist's songs are built."""

    @classmethod
    def of(cls, text: str, kinds: Sequence[Sequence[str]] = ()) -> "Style":
        """The style of a clean corpus; ``kinds`` of its stanzas are as `lstm.text.division.songs_in` takes them."""
        songs = songs_of(text)
        lines = [line for song in songs for line in song.splitlines() if line.strip()]
        endings = Counter(word for line in lines if (word := last_word(line)))
        lengths = sorted(map(len, lines)) or [30]
        index = WordNgrams.of(text)
        spelt = {word.casefold() for word in endings}
        rhyming = chain((word for word, _ in endings.most_common()), (w for w in index.words() if w not in spelt))
        index_of_rhymes = RhymeIndex.of(rhyming)
        return cls(
            line_lengths=(lengths[len(lengths) // 50], sum(lengths) / len(lengths), lengths[-1 - len(lengths) // 50]),
            repeated_share=repeated_share(songs),
            index=index,
            rhymes=index_of_rhymes,
            habits=Habits.of(songs, index_of_rhymes.rhymes),
            typical_form=typical_form(songs_in(text, kinds)),
        )

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.index.nbytes + self.rhymes.nbytes

    def has_word(self, word: str) -> bool:
        """Whether the artist uses a word, given as `lstm.text.words.words_of` gives them."""
        return self.index.has_word(word)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; text and arrays are compressed: some 7 bytes per word of the corpus."""
        arrays = self.index.arrays()
        return {
            "line_lengths": list(self.line_lengths),
            "repeated_share": self.repeated_share,
            "words": _pack(arrays.pop("words").tobytes()),
            **{name: _pack_numbers(array) for name, array in arrays.items()},
            "rhymes": _pack(self.rhymes.to_text().encode()),
            "english": self.rhymes.rhymes.is_english,
            "habits": self.habits.to_json(),
            "form": self.typical_form.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Style":
        """The style that `to_json` was asked of, or that an earlier version has stored.

        Raises:
            ValueError: ``data`` is not that.
        """
        try:
            short, mean, long = (float(length) for length in data["line_lengths"])
            share = float(data["repeated_share"])
            if not all(map(math.isfinite, (short, mean, long, share))):
                raise ValueError("the artist's style has numbers that are not finite")
            if min(short, mean, long) <= 0:
                raise ValueError("the artist's style has lines of no length")
            if "order" not in data:
                return _of_an_earlier_version(data, (short, mean, long), share)
            arrays = {name: _unpack_numbers(data[name]) for name in ("codes", "order", "lines", "line_sizes")}
            index = WordNgrams.from_arrays(arrays | {"words": np.frombuffer(_unpack(data["words"]), np.uint8)})
            rhymes = RhymeIndex.from_text(_unpack(data["rhymes"]).decode("utf-8"), english=bool(data["english"]))
            habits, form = Habits.from_json(data.get("habits")), TypicalForm.from_json(data.get("form"))
            return cls((short, mean, long), share, index, rhymes, habits, form)
        except (KeyError, TypeError, OverflowError, zlib.error, UnicodeDecodeError) as error:
            raise ValueError(f"the artist's style cannot be read ({error})") from None


def _of_an_earlier_version(data: Mapping[str, Any], lengths: tuple[float, float, float], share: float) -> Style:
    """A style that was stored as its corpus, word by word: the indexes are built now."""
    codes = np.frombuffer(_unpack(data["codes"]), "<u4")
    starts = np.unpackbits(np.frombuffer(_unpack(data["line_starts"]), np.uint8))[: len(codes)]
    words = ["\n\n\n", "", *_unpack(data["words"]).decode("utf-8").split("\n")]
    if codes.size and codes.max() >= len(words):
        raise ValueError("the artist's style has words that it does not name")
    # The words are clean, so that lines and songs made of them are read as they were.
    between = [" ", "\n"]
    pieces = (between[start] + words[code] for code, start in zip(codes.tolist(), starts.tolist(), strict=True))
    index = WordNgrams.of("".join(pieces))
    endings = [str(word) for word in data["endings"]]
    spelt = {word.casefold() for word in endings}
    return Style(lengths, share, index, RhymeIndex.of(chain(endings, (w for w in index.words() if w not in spelt))))


def _pack_numbers(array: npt.NDArray[Any]) -> str:
    """Whole numbers by bytes of like weight: the high ones are mostly zero, and take no room once compressed."""
    return _pack(np.ascontiguousarray(array.astype("<u4").view(np.uint8).reshape(-1, 4).T).tobytes())


def _unpack_numbers(text: str) -> npt.NDArray[np.uint32]:
    data = _unpack(text)
    if len(data) % 4:
        raise ValueError("the artist's style has half a number")
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(4, -1).T).view("<u4").reshape(-1)


def _pack(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 6)).decode("ascii")


_LARGEST = 1 << 27


def _unpack(text: str) -> bytes:
    inflater = zlib.decompressobj()
    data = inflater.decompress(base64.b64decode(text, validate=True), _LARGEST)
    if not inflater.eof:
        raise ValueError("the artist's style is too large or cut short")
    return data
