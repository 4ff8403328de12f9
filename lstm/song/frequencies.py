"""How frequent each unit of a base's vocabulary is in songs.

Sampling at a low temperature makes what is likely likelier, and frequent words are likely everywhere: at 0.5 "know"
stood in every tenth line of an artist who has it in one of two hundred. So temperature is applied to what the song so
far says about a unit, log p(u | song) - log q(u), more than to its frequency q(u) (`tilt`); and a line is scored by how
likely it is beyond the frequency of its units (`beyond_mean`), as the acceptability of sentences is best told
(A. Pauls & D. Klein 2012, "Large-scale syntactic language modeling with treelets", section 5; J. H. Lau et al. 2017,
"Grammaticality, acceptability, and probability", section 4.1: SLOR).
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.model.installed_bases import files_beside_base
from lstm.model.model_file import read_tensors
from lstm.text.vocabulary import Vocabulary

TENSOR = "log_frequencies"
UNSEEN = 0.5
"""What units that never occur count as."""


class Frequencies:
    """The frequencies of the units of one vocabulary."""

    def __init__(self, log_frequencies: FloatArray, vocabulary: Vocabulary) -> None:
        """``log_frequencies``: the logarithm of each unit's share of the units of songs, (V,)."""
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


def count(texts: Iterable[IntArray], vocabulary: Vocabulary) -> FloatArray:
    """The logarithm of each unit's share of all units of some texts, (V,)."""
    counts = np.full(len(vocabulary), UNSEEN)
    for units in texts:
        counts += np.bincount(units, minlength=len(vocabulary))
    log_frequencies: FloatArray = np.log(counts / counts.sum()).astype(np.float32)
    return log_frequencies


@cache
def log_frequencies_of(base_sha256: str) -> FloatArray | None:
    """Those that belong to the base with a hash, (V,); None if there are none."""
    for data in files_beside_base("frequencies.safetensors", base_sha256):
        tensors, metadata = read_tensors(data)
        if metadata.get("base") == base_sha256:
            return tensors[TENSOR].astype(np.float32)
    return None
