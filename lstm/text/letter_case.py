"""Which words are written with a capital inside a sentence: names, places, days, and those that context makes names.

A log-linear model of the word, its neighbours and the signs between them. `lstm/data/make_capitals.py` fits it.
"""

import functools
import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lstm.text.sentences import Words

DATA = Path(__file__).parents[1] / "data" / "capitals.txt.gz"
WEIGHT_STEP = 0.5
"""Of the weights in the file, in nats."""
_ENDING = re.compile(r"'(?:s|ll|d|re|ve|m|m?ma)?$|(?<=day)s$")
_LONGEST_SIGN = 6
_COMMON = frozenset("the a and to of in i you it is my that on for me with".split())
_LEAST_COMMON = 0.08
"""English verse has 0.12 (in dialect) to 0.35 of those words, German 0.01."""


def knows_language_of(words: Iterable[str]) -> bool:
    """Whether the model knows the language of words, by the commonest ones."""
    count = common = 0
    for word in words:
        count += 1
        common += word in _COMMON
    return common >= _LEAST_COMMON * count > 0


def stem(word: str) -> str:
    """A word without "'s", "'ll" and the like; "fridays" is "friday"."""
    return _ENDING.sub("", word) or word


def features(line: Words, k: int, *, after_capital: bool) -> Iterator[str]:
    """What the model knows of a word: itself, its end, its neighbours, the signs around it."""
    word = stem(line.words[k])
    before = line.words[k - 1] if k else ""
    after = line.words[k + 1] if k + 1 < len(line.words) else ""
    yield "*"
    yield "=" + word
    yield "~" + word[-3:]
    yield "<" + before
    yield ">" + after
    yield "(" + line.signs[k][:_LONGEST_SIGN]
    yield ")" + line.signs[k + 1][:_LONGEST_SIGN]
    yield before + " " + word
    yield word + " " + after
    if after_capital:
        yield "^"
        yield "^" + word


class LetterCase:
    """A fitted model."""

    def __init__(self, weights: dict[str, float]) -> None:
        """Weights of `features`, in nats."""
        self._weights = weights

    def odds(self, line: Words, k: int, *, after_capital: bool) -> float:
        """The log-odds that a word inside a sentence has a capital.

        Args:
            line: the words.
            k: which of them.
            after_capital: whether the word before it has a capital that no beginning of a sentence explains.
        """
        weights = self._weights
        return sum(weights.get(feature, 0.0) for feature in features(line, k, after_capital=after_capital))


@functools.cache
def english() -> LetterCase:
    """The shipped model."""
    lines = gzip.decompress(DATA.read_bytes()).decode("utf-8").split("\n")
    parts = (line.rpartition("\t") for line in lines if line)
    return LetterCase({feature: WEIGHT_STEP * int(weight) for feature, _, weight in parts})
