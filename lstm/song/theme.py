"""What a song is about: its content words, and how near other words are to them.

Nearness is the cosine of word vectors made from co-occurrence in songs (`lstm.data.make_nearness`). The network forgets
a song's subject after two lines; this does not.
"""

from collections.abc import Iterable
from copy import copy
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from lstm.arrays import FloatArray
from lstm.rhyme.ear import RhymeIndex
from lstm.text.words import words_of


class Nearness:
    """Word vectors of the most frequent words of English songs."""

    def __init__(self, words: list[str], vectors: npt.NDArray[np.int8], weights: npt.NDArray[np.uint8]) -> None:
        """``words``, most frequent first; their ``vectors`` (V, D) of length 127; their ``weights`` (V,), 0 to 255."""
        self.words, self._vectors, self._weights = words, vectors, weights
        self._ids = {word: k for k, word in enumerate(words)}

    @classmethod
    @cache
    def shipped(cls) -> "Nearness":
        """The vectors that come with the package, loaded once: some 2 MB."""
        with (resources.files("lstm") / "data" / "nearness.npz").open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            words = arrays["words"].tobytes().decode("ascii").split("\n")
            return cls(words, arrays["vectors"], arrays["weights"])

    def knows(self, word: str) -> bool:
        """Whether there is a vector of the word."""
        return word in self._ids

    def weight(self, word: str) -> float:
        """How much a word says of what a song is about: 0 for function words and words without a vector, at most 1."""
        k = self._ids.get(word)
        return 0.0 if k is None else float(self._weights[k]) / 255

    def vectors(self, words: Iterable[str]) -> tuple[FloatArray, FloatArray]:
        """Unit vectors (N, D) and weights (N,) of the content words among some words."""
        ids = [k for word in words if (k := self._ids.get(word)) is not None and self._weights[k]]
        return self._vectors[ids].astype(np.float32) / 127, self._weights[ids].astype(np.float32) / 255


class Theme:
    """What one song is about, as far as it is known: its opening says most, later lines less."""

    OPENING, LINE, FADING = 1.0, 0.12, 0.85
    """Weights of the opening's and of a new line's words, and what is left of a line's with each further one."""
    NEUTRAL = 0.6
    """Weight of content words that would say nothing: a line of few does not count for much."""

    def __init__(self, nearness: Nearness, opening: str) -> None:
        """``opening``: the seed or title."""
        self._nearness = nearness
        self.words = frozenset(word for word in words_of(opening) if nearness.weight(word))
        """The opening's content words."""
        self._opening = self._sum(opening) * self.OPENING
        self._lines = np.zeros_like(self._opening)

    def hear(self, line: str) -> None:
        """Take in a line of the song."""
        self._lines = self._lines * self.FADING + self._sum(line) * self.LINE

    def after(self, line: str) -> "Theme":
        """The theme once a line has been heard; this one stays as it is."""
        theme = copy(self)
        theme.hear(line)
        return theme

    def nearness(self, text: str) -> float:
        """How near the content words of a text are to the song's, -1 to 1; 0 if either has none."""
        vectors, weights = self._nearness.vectors(words_of(text))
        centre = self._centre()
        return float((vectors @ centre * weights).sum() / (weights.sum() + self.NEUTRAL))

    def share_of(self, line: str, title: str) -> float:
        """The share of the content words of a title, or of its words where it has none, that stand in a line."""
        words = set(words_of(title))
        wanted = {word for word in words if self._nearness.weight(word)} or words
        return len(wanted.intersection(words_of(line))) / len(wanted) if wanted else 0.0

    def nearness_of_words(self, words: Iterable[str]) -> list[float]:
        """For each word its own nearness."""
        words = list(words)
        known = [word for word in words if self._nearness.weight(word)]
        vectors, weights = self._nearness.vectors(known)
        found = (vectors @ self._centre() * weights) / (weights + self.NEUTRAL)
        of_known = dict(zip(known, found.tolist(), strict=True))
        # A word in capitals or with a hyphen is not known as it stands.
        return [of_known[word] if word in of_known else self.nearness(word) for word in words]

    def _sum(self, text: str) -> FloatArray:
        vectors, weights = self._nearness.vectors(words_of(text))
        total: FloatArray = (vectors * weights[:, None]).sum(axis=0)
        return total

    def _centre(self) -> FloatArray:
        centre = self._opening + self._lines
        return centre / max(float(np.linalg.norm(centre)), 1e-9)


_COMMON_WORDS = 6_000


@cache
def common_rhymes() -> RhymeIndex:
    """The most frequent English words by how they sound."""
    return RhymeIndex.of(word for word in Nearness.shipped().words[:_COMMON_WORDS] if len(word) > 1)
