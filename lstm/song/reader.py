"""A reader of lines: what mark somebody who reads a song would give a line as the next one.

Likelihood knows which words are frequent, not which lines make sense. This small network was taught by readers: they
marked candidates for lines, 0 to 9, by whether one would say or sing them, up to the last word, and whether they follow
from the song so far. It reads what singing knows already, for each unit of a line: the unit, the network's hidden state
h before it, its log-likelihood and the entropy of its prediction.

    x_t = [embedding of the unit (D), tanh(W0 h + b0) (P), log p / 3, entropy / 3, their sum / 3]
    u = relu(conv3(x)), v = relu(conv3(u))            convolutions over three units, C channels (Kim 2014)
    mark = w2 relu(W1 [mean_t v, max_t v] + b1) + b2

Marks of lines for the same place can be compared with each other; no others can. Lines are padded to the longest;
padding is zero before each convolution and takes no part in mean and maximum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from lstm.arrays import BoolArray, FloatArray, IntArray
from lstm.decoding.stream import Study
from lstm.model.model_file import tensors_beside_base

SCALE = 3.0
SIGNS = 3


def shapes(V: int, H: int, D: int, P: int, C: int, F: int) -> dict[str, tuple[int, ...]]:
    """Name -> shape of the reader's weights.

    V units, H hidden units of the network, embedding D, P of the hidden state, C channels, F features before the mark.
    """
    return {
        "embedding": (V, D),
        "hidden.weight": (H, P),
        "hidden.bias": (P,),
        "first.weight": (3 * (D + P + SIGNS), C),
        "first.bias": (C,),
        "second.weight": (3 * C, C),
        "second.bias": (C,),
        "features.weight": (2 * C, F),
        "features.bias": (F,),
        "mark.weight": (F,),
        "mark.bias": (1,),
    }


class Reader:
    """Ready to read lines of one base and of its artists."""

    def __init__(self, weights: Mapping[str, FloatArray], base_sha256: str = "") -> None:
        """``weights`` as `shapes` names them; ``base_sha256`` is the base whose states it was taught to read."""
        self.weights = {name: np.asarray(array, np.float32) for name, array in weights.items()}
        self.base_sha256 = base_sha256

    def marks(self, lines: Sequence[Study]) -> FloatArray:
        """Of each line, in units of two marks, (n,)."""
        return forward(self.weights, padded(lines)).marks


@cache
def reader_of(base_sha256: str) -> Reader | None:
    """The reader that was taught on the base with a hash, or None if there is none.

    Raises:
        ModelFileError: its file is damaged.
    """
    weights = tensors_beside_base("reader.safetensors", base_sha256)
    return None if weights is None else Reader(weights, base_sha256)


@dataclass(frozen=True)
class Batch:
    """Lines as arrays, padded to the longest."""

    ids: IntArray
    """(n, T)."""
    hidden: FloatArray
    """(n, T, H)."""
    signs: FloatArray
    """Log-likelihood, entropy and their sum, scaled, (n, T, 3)."""
    holds: BoolArray
    """Which places hold a unit, (n, T)."""


def padded(lines: Sequence[Study]) -> Batch:
    """Lines as arrays."""
    n, T, H = len(lines), max(len(line.units) for line in lines), lines[0].hidden.shape[1]
    ids, holds = np.zeros((n, T), np.intp), np.zeros((n, T), bool)
    hidden, signs = np.zeros((n, T, H), np.float32), np.zeros((n, T, SIGNS), np.float32)
    for k, line in enumerate(lines):
        N = len(line.units)
        ids[k, :N], hidden[k, :N], holds[k, :N] = line.units, line.hidden, True
        signs[k, :N, 0], signs[k, :N, 1] = line.log_likelihoods, line.entropies
    signs[:, :, 2] = signs[:, :, 0] + signs[:, :, 1]
    return Batch(ids, hidden, signs / SCALE, holds)


@dataclass(frozen=True)
class Passed:
    """What a forward pass computed; the gradient needs all of it."""

    seen: FloatArray
    """tanh(W0 h + b0), (n, T, P)."""
    read: FloatArray
    """The windows of x, (n, T, 3 (D + P + 3))."""
    first: FloatArray
    """u, (n, T, C)."""
    windows: FloatArray
    """The windows of u, (n, T, 3 C)."""
    second: FloatArray
    """v, (n, T, C)."""
    pooled: FloatArray
    """Mean and maximum, (n, 2 C)."""
    largest: IntArray
    """Where each channel's maximum is, (n, C)."""
    features: FloatArray
    """(n, F)."""
    marks: FloatArray
    """(n,)."""


def forward(w: Mapping[str, FloatArray], batch: Batch, keep: Sequence[FloatArray | float] = (1.0, 1.0, 1.0)) -> Passed:
    """The reader's equations. ``keep`` are dropout's factors of x, u and the features."""
    mask = batch.holds[:, :, None].astype(w["embedding"].dtype)
    seen = np.tanh(batch.hidden @ w["hidden.weight"] + w["hidden.bias"])
    x = np.concatenate([w["embedding"][batch.ids], seen, batch.signs], axis=2) * mask * keep[0]
    read = windows_of(x)
    first = np.maximum(read @ w["first.weight"] + w["first.bias"], 0) * mask * keep[1]
    windows = windows_of(first)
    second = np.maximum(windows @ w["second.weight"] + w["second.bias"], 0) * mask
    mean = second.sum(axis=1) / mask.sum(axis=1)
    largest = second.argmax(axis=1)
    most = np.take_along_axis(second, largest[:, None, :], axis=1)[:, 0]
    pooled = np.concatenate([mean, most], axis=1)
    features = np.maximum(pooled @ w["features.weight"] + w["features.bias"], 0) * keep[2]
    marks: FloatArray = features @ w["mark.weight"] + w["mark.bias"]
    return Passed(seen, read, first, windows, second, pooled, largest, features, marks)


def windows_of(x: FloatArray) -> FloatArray:
    """Each place with its two neighbours, zeros beyond the ends: (n, T, C) -> (n, T, 3 C)."""
    n, T, C = x.shape
    wide = np.zeros((n, T + 2, C), x.dtype)
    wide[:, 1:-1] = x
    return np.concatenate([wide[:, :-2], wide[:, 1:-1], wide[:, 2:]], axis=2)
