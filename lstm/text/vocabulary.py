"""The units of text that the network reads and writes, and their ids: characters, and subwords made of them."""

import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.text.cleaning import clean
from lstm.text.seed import clean_seed
from lstm.text.subwords import Merge, Segmenter, learn_merges

UNKNOWN = "\ufffd"
"""Stands for every character that the vocabulary lacks; has id 0; is learned about but never sung."""

PART = 1 << 20
"""Characters that are encoded at a time."""
_LETTERS_WITHOUT_DECOMPOSITION = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i", "ħ": "h",
}  # fmt: skip


class Vocabulary:
    """Units by id: ``units[0]`` is `UNKNOWN`, the others stand in order of code point or as they were added.

    Without ``merges`` every unit is a character. With them the units that merges make are subwords, and a text is cut
    into units by the merges in their order.
    """

    def __init__(self, units: Sequence[str], merges: Sequence[Merge] = ()) -> None:
        """``units`` by id; the first must be `UNKNOWN`, all different, all of one character or made by a merge.

        Raises:
            ValueError: they are not, or a merge joins or makes what is no unit.
        """
        self.units, self.merges = tuple(units), tuple((left, right) for left, right in merges)
        made = {left + right for left, right in self.merges}
        if not units or units[0] != UNKNOWN or len(set(units)) != len(units):
            raise ValueError("a vocabulary is a list of different units that begins with U+FFFD")
        if any(len(unit) != 1 and unit not in made for unit in units):
            raise ValueError("a unit of a vocabulary is one character or what a merge makes")
        self._ids = {unit: k for k, unit in enumerate(self.units)}
        if not made.union(*self.merges) <= self._ids.keys():
            raise ValueError("a merge joins and makes units of the vocabulary")
        if "" in self._ids or any("\n" in unit or UNKNOWN in unit for unit in self.units if len(unit) > 1):
            raise ValueError("a line break is a unit of its own, and so is U+FFFD; none is empty")
        self.lengths: IntArray = np.array([len(unit) for unit in self.units], np.int32)
        """Characters of each unit, (V,)."""
        self._segmenter = Segmenter(self.merges) if self.merges else None
        characters = [(ord(unit), k) for k, unit in enumerate(self.units) if len(unit) == 1]
        codes = np.array([code for code, _ in characters], np.uint32)
        order = np.argsort(codes)
        self._sorted_codes = codes[order]
        self._order = np.array([k for _, k in characters], np.int32)[order]

    @classmethod
    def of(cls, text: str, minimum_count: int = 2, base: "Vocabulary | None" = None) -> "Vocabulary":
        """The characters that ``text`` holds at least ``minimum_count`` times, after the units of ``base``.

        Where none is that frequent, all of the text's characters.
        """
        counts = Counter(text)
        counts.pop(UNKNOWN, None)
        known = base.units if base else (UNKNOWN,)
        frequent = sorted({c for c, n in counts.items() if n >= minimum_count}.difference(known))
        if not base and not frequent:
            frequent = sorted(counts)
        return cls(known + tuple(frequent), base.merges if base else ())

    def with_subwords(self, text: str, count: int) -> "Vocabulary":
        """These units and the subwords most frequent in ``text``, up to ``count`` units in all."""
        merges = learn_merges(text, max(0, count - len(self)), self.units[1:])
        subwords = dict.fromkeys(left + right for left, right in merges)
        return Vocabulary([*self.units, *subwords], merges)

    def characters(self) -> "Vocabulary":
        """The vocabulary of the single characters among these units."""
        return Vocabulary([unit for unit in self.units if len(unit) == 1]) if self.merges else self

    def __len__(self) -> int:
        return len(self.units)

    def __contains__(self, character: str) -> bool:
        return character in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and (self.units, self.merges) == (other.units, other.merges)

    def __hash__(self) -> int:
        return hash((self.units, self.merges))

    def id_of(self, character: str) -> int:
        """The id of a character, 0 if it has none."""
        return self._ids.get(character, 0)

    def encode(self, text: str) -> IntArray:
        """Ids of a text's units, (N,) int32; 0 for unknown ones."""
        segmenter = self._segmenter
        if segmenter is not None:
            # In parts: a list of units takes 8 bytes per unit, and as much again for their ids.
            ids, found = self._ids, array("i")
            for part in segmenter.parts(text):
                found.extend([ids.get(unit, 0) for unit in segmenter.segment(part)])
            return np.array(found, np.int32)
        # In parts: a look-up takes 24 bytes per character.
        parts = [text[start : start + PART] for start in range(0, len(text), PART)]
        return np.concatenate([np.empty(0, np.int32), *map(self._encode_characters, parts)])

    def _encode_characters(self, text: str) -> IntArray:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        places = np.searchsorted(self._sorted_codes, codes)
        places[places == len(self._order)] = 0
        return np.where(self._sorted_codes[places] == codes, self._order[places], 0).astype(np.int32)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of some ids."""
        return "".join([self.units[k] for k in ids])

    def can_spell(self, text: str) -> bool:
        """Whether each character of a text is a unit."""
        return all(c in self._ids for c in text)

    def fold(self, text: str) -> str:
        """What a user typed, in characters that the vocabulary has.

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
        """Logarithm of each unit's share of a text, (V,) float32, with one added to every count."""
        counts = np.bincount(ids, minlength=len(self)) + 1.0
        log_shares: FloatArray = np.log(counts / counts.sum()).astype(np.float32)
        return log_shares
