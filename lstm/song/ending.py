"""How well a line ends: whether its last word fits it, and whether it can end there.

A planned line is written towards its last word, so the network is sure of that word when it comes, whether it fits or
not. Read without its plan, "And eat the whole thing keep" surprises at its end, and "He looked at the chalk and the boy
was" after it. A word may be rare where many would do; so what counts of the word is the surprise beyond what was to be
expected, the entropy of the prediction. People choose words that surprise and fit (of the lines of two artists a fifth
is below -4); what surprises a network of this size in its own lines seldom fits.
"""

from dataclasses import dataclass

from lstm.decoding.streams import Study
from lstm.text.vocabulary import Vocabulary
from lstm.text.words import last_word


@dataclass(frozen=True)
class Ending:
    """How well a line ends, in nats; 0 for a line of one word or none."""

    word: float = 0.0
    """Log-likelihood of the last word plus the entropy where it begins."""
    close: float = 0.0
    """Log-likelihood of what follows it: punctuation and the line end."""


def ending_of(study: Study, vocabulary: Vocabulary) -> Ending:
    """How a line ends; ``study`` is how it was read, without its plan and with its line end."""
    text = vocabulary.decode(study.units.tolist()).rstrip("\n")
    word = last_word(text)
    start = text.rfind(word) if word else -1
    if start <= 0:
        return Ending()
    ends = vocabulary.lengths[study.units].cumsum()
    first, last = ends.searchsorted([start + 1, start + len(word)]).tolist()
    nats = study.log_likelihoods
    return Ending(float(nats[first : last + 1].sum() + study.entropies[first]), float(nats[last + 1 :].sum()))
