"""How well a line ends: whether its last word fits it, and whether it can end there.

A word may be rare where many would do; so what counts of the last word is the surprise beyond what was to be expected,
the entropy of the prediction. "And eat the whole thing keep" surprises at its end, and "He looked at the chalk and the
boy was" after it.
"""

from dataclasses import dataclass

import numpy as np

from lstm.decoding.stream import Study
from lstm.text.vocabulary import Vocabulary
from lstm.text.words import last_word

LEAST = -6.0
"""Nats below which endings are alike. People choose words that surprise and fit: of the lines of two artists a fifth
ends with a word below -4."""


@dataclass(frozen=True)
class Ending:
    """How well a line ends, in nats from `LEAST` to 0; 0 for a line of one word or none."""

    word: float = 0.0
    """Log-likelihood of the last word plus the entropy where it begins."""
    close: float = 0.0
    """Log-likelihood of what follows it: punctuation and the line end."""


def ending_of(study: Study, vocabulary: Vocabulary) -> Ending:
    """How a line ends; ``study`` is how it was read, with its line end."""
    text = vocabulary.decode(study.units.tolist()).rstrip("\n")
    word = last_word(text)
    start = text.rfind(word) if word else -1
    if start <= 0:
        return Ending()
    ends = vocabulary.lengths[study.units].cumsum()
    first, last = ends.searchsorted([start + 1, start + len(word)]).tolist()
    nats = study.log_likelihoods
    of_word, close = nats[first : last + 1].sum() + study.entropies[first], nats[last + 1 :].sum()
    return Ending(*np.clip([of_word, close], LEAST, 0).tolist())
