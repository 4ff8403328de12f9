"""Characters and their ids."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.corpus import clean

UNKNOWN = "\ufffd"
"""Stands for every character that the vocabulary lacks; has id 0; is learned about but never sung."""

_LETTERS_WITHOUT_DECOMPOSITION = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i", "ħ": "h",
}  # fmt: skip


class Vocabulary:
    """Characters by id: ``units[0]`` is `UNKNOWN`, the others stand in order of code point or as they were added."""

    def __init__(self, units: Sequence[str]) -> None:
        """``units`` by id; the first must be `UNKNOWN`, all different, all of one character.

        Raises:
            ValueError: they are not.
        """
        if not units or units[0] != UNKNOWN or len(set(units)) != len(units) or any(len(u) != 1 for u in units):
            raise ValueError("a vocabulary is a list of different characters that begins with U+FFFD")
        self.units = tuple(units)
        self._ids = {unit: k for k, unit in enumerate(self.units)}
        codes = np.array([ord(unit) for unit in self.units], np.uint32)
        self._order = np.argsort(codes).astype(np.int32)
        self._sorted_codes = codes[self._order]

    @classmethod
    def of(cls, text: str, minimum_count: int = 2, base: Vocabulary | None = None) -> Vocabulary:
        """The characters that ``text`` holds at least ``minimum_count`` times, after those of ``base``.

        Where none is that frequent, all of the text's characters.
        """
        counts = Counter(text)
        counts.pop(UNKNOWN, None)
        known = base.units if base else (UNKNOWN,)
        frequent = sorted({c for c, n in counts.items() if n >= minimum_count}.difference(known))
        if not base and not frequent:
            frequent = sorted(counts)
        return cls(known + tuple(frequent))

    def __len__(self) -> int:
        return len(self.units)

    def __contains__(self, character: str) -> bool:
        return character in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.units == other.units

    def __hash__(self) -> int:
        return hash(self.units)

    def id_of(self, character: str) -> int:
        """The id of a character, 0 if it has none."""
        return self._ids.get(character, 0)

    def encode(self, text: str) -> IntArray:
        """Ids of a text's characters, (N,) int32; 0 for unknown ones."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        places = np.searchsorted(self._sorted_codes, codes)
        places[places == len(self)] = 0
        return np.where(self._sorted_codes[places] == codes, self._order[places], 0).astype(np.int32)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of some ids."""
        return "".join([self.units[k] for k in ids])

    def fold(self, text: str) -> str:
        """Whatever a reader typed, in characters that the vocabulary has.

        An unknown character becomes its nearest known form (other case, without accents, compatibility form), or is
        skipped.
        """
        return "".join([c if c in self._ids and c != UNKNOWN else self._nearest(c) for c in clean_seed(text)])

    def _nearest(self, character: str) -> str:
        lower = character.lower()
        plain = _LETTERS_WITHOUT_DECOMPOSITION.get(lower) or "".join(
            c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
        )
        for form in (
            character.swapcase(), lower, unicodedata.normalize("NFKC", character), plain,
            plain.lower(), plain.upper(), clean(plain),
        ):  # fmt: skip
            if form and all(c in self._ids and c != UNKNOWN for c in form):
                return form
        return " " if character.isspace() and " " in self._ids else ""

    def log_frequencies(self, ids: IntArray) -> FloatArray:
        """Logarithm of each character's share of a text, (V,) float32, with one added to every count."""
        counts = np.bincount(ids, minlength=len(self)) + 1.0
        log_shares: FloatArray = np.log(counts / counts.sum()).astype(np.float32)
        return log_shares


def clean_seed(text: str) -> str:
    """A reader's text cleaned as corpora are, but with the space or line break that it may begin or end with kept."""
    body = clean(text)
    if not body.strip():
        return body
    stripped = text.rstrip()
    tail = text[len(stripped) :]
    ending = "\n" if "\n" in tail or "\r" in tail else " " if tail else ""
    return body.rstrip() + ending
