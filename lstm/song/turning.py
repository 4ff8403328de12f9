"""Where lines that were sampled freely could end with a rhyme.

At each word of a line that was sampled without a thought of rhyme, the network has said how likely each rhyming word
would have been in its place; that costs a product with a few columns of the output. Where one fits, the line can
branch to it and end.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.stream import Study
from lstm.decoding.weights import Voice
from lstm.song.ending import LEAST
from lstm.song.taste import Scores

FURTHER = 2.0
"""Nats that each unit of a word after its first is taken to cost."""
CLOSING = 1.0
"""Nats that the end of the line is taken to cost."""
PER_LINE, PER_WORD = 2, 3
"""The most turns that are taken from a line, and to a word."""


@dataclass(frozen=True)
class Lengths:
    """Of lines, in characters."""

    least: float
    wanted: float
    most: float


@dataclass(frozen=True)
class Turn:
    """The beginning of a line, and a word behind it."""

    line: int
    """Which of the lines it begins."""
    place: int
    """How many units of the line it keeps."""
    word: IntArray
    """The word's units, the space before it included."""


def turns(
    voice: Voice, lines: Sequence[Study], begun: int, words: Sequence[str], lengths: Lengths, weights: Scores
) -> list[Turn]:
    """The beginnings of some lines, each with one of some words behind it, the best first.

    Args:
        voice: has sampled the lines.
        lines: how it did.
        begun: units at the beginning of each line that were given; a turn keeps at least one more.
        words: rhyming ones.
        lengths: of a line that ends with its turn.
        weights: of what can be told of a line before the network has read it.
    """
    if not words:
        return []
    encoded = [voice.vocabulary.encode(f" {word}") for word in words]
    first = np.array([ids[0] for ids in encoded], np.intp)
    further = np.array([FURTHER * (len(ids) - 1) for ids in encoded], np.float32)
    characters = np.array([len(word) + 1 for word in words])
    found: list[tuple[float, int, int, int]] = []
    for k, line in enumerate(lines):
        places = np.flatnonzero(voice.begins_word[line.units])
        places = places[places > begun]
        if not len(places):
            continue
        nats = _log_likelihoods(voice, line, places, first) - further
        before = line.log_likelihoods.cumsum()[places - 1, None]
        length = voice.vocabulary.lengths[line.units].cumsum()[places - 1, None] + characters
        least = np.minimum.accumulate(line.log_likelihoods)[places - 1, None]
        ranks = weights.fluency * (before + nats - CLOSING) / (length + 1) + weights.weakest * np.minimum(least, nats)
        ranks += weights.last_word * np.clip(nats + line.entropies[places, None], LEAST, 0)
        ranks -= weights.length * np.abs(length / lengths.wanted - 1)
        ranks[(length < lengths.least) | (length > lengths.most)] = -np.inf
        for best in np.argsort(-ranks, axis=None)[: 4 * PER_LINE].tolist():
            place, word = divmod(best, len(words))
            if ranks[place, word] > -np.inf:
                found.append((float(ranks[place, word]), k, int(places[place]), word))
    chosen: dict[bytes, Turn] = {}
    of_line: Counter[int] = Counter()
    of_word: Counter[int] = Counter()
    for _, k, place, word in sorted(found, reverse=True):
        if of_line[k] < PER_LINE and of_word[word] < PER_WORD:
            turn = Turn(k, place, encoded[word])
            text = np.concatenate([lines[k].units[:place], turn.word]).tobytes()
            if chosen.setdefault(text, turn) is turn:
                of_line[k] += 1
                of_word[word] += 1
    return list(chosen.values())


def _log_likelihoods(voice: Voice, line: Study, places: IntArray, units: IntArray) -> FloatArray:
    """Of each of some units at some places of a line, in place of what stands there, in nats: (places, units)."""
    hidden = line.hidden[places]
    there = np.einsum("nn->n", voice.logits(hidden, line.units[places]))
    total = there - line.log_likelihoods[places]
    log_likelihoods: FloatArray = voice.logits(hidden, units) - total[:, None]
    return log_likelihoods
