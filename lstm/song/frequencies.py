"""How frequent each unit is with an artist, whatever the song.

Sampling at a low temperature makes what is likely likelier, and frequent words are likely everywhere: at 0.5, "know"
stood in every tenth line of an artist who has it in one of two hundred. So temperature is applied to what the song so
far says about a unit, log p(u | song) - log q(u), more than to its frequency q(u) (`Frequencies.tilt`). And a line is
scored more by how likely it is beyond the frequency of its units (`Frequencies.beyond_mean`), by which the
acceptability of sentences is best told (A. Pauls & D. Klein 2012, "Large-scale syntactic language modeling with
treelets", section 5; J. H. Lau et al. 2017, "Grammaticality, acceptability, and probability", section 4.1: SLOR).
"""

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.nucleus import pick_each
from lstm.decoding.step import Recurrence
from lstm.decoding.weights import Voice
from lstm.text.vocabulary import Vocabulary

SONGS, UNITS = 32, 32
"""How much a voice sings to find out: 0.11 s of a core."""
LEAST = 1e-8
"""Frequency of units that it never thinks of."""


class Frequencies:
    """The frequencies of the units of one vocabulary."""

    def __init__(self, log_frequencies: FloatArray, vocabulary: Vocabulary) -> None:
        """``log_frequencies``: of each unit, (V,)."""
        self.log_frequencies = log_frequencies
        self._newline = vocabulary.id_of("\n")
        self._lengths = vocabulary.lengths
        shares = np.exp(log_frequencies.astype(np.float64))
        self._mean = float((shares * log_frequencies).sum() / (shares * self._lengths).sum())
        """Of the logarithm, in nats per character."""

    def tilt(self, share: float, temperature: float) -> FloatArray:
        """What is added to logits, before they are divided by the temperature, (V,); 0 for a line end.

        With ``share`` 1, temperature is applied to log p - log q alone; with 0 to log p. No tilt from temperature 1 on.
        """
        tilt: FloatArray = (-share * max(0.0, 1 - temperature) * self.log_frequencies).astype(np.float32)
        tilt[self._newline] = 0
        return tilt

    def beyond_mean(self, units: IntArray) -> float:
        """The log-frequency of a line's units, less that of as many characters on average, in nats."""
        characters = int(self._lengths[units].sum())
        return float(self.log_frequencies[units].sum()) - self._mean * characters


def log_frequencies_of(voice: Voice) -> FloatArray:
    """The logarithm of the mean probability that a voice gives each unit in songs of its own, (V,).

    Sampled at temperature 1, so the mean tends to the artist's frequencies; the same at each call.
    """
    B, V = SONGS, voice.shape.V
    rng, start = np.random.default_rng(0), voice.start()
    steps = Recurrence(voice.packed, []).joined_by([start] * B, range(B))
    ids, logits = np.full(B, start.pending), np.empty((B, V), np.float32)
    total, ones = np.zeros(V), np.ones(B, np.float32)
    for _ in range(UNITS):
        steps.read(ids, out=logits)
        logits += voice.sung_bias
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        total += (p / p.sum(axis=1, keepdims=True)).sum(axis=0)
        ids = pick_each(logits, ones, ones, rng.random(B, dtype=np.float32))
    found: FloatArray = np.log(np.maximum(total / (B * UNITS), LEAST)).astype(np.float32)
    return found
