"""The n-gram baseline asked about one context, or for one figure; training asks it about songs."""

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.training.baseline import KneserNey


def distribution(model: KneserNey, context: IntArray) -> FloatArray:
    """The probability (V,) of each symbol after a context (L,), of which the last order - 1 symbols count."""
    recent = np.asarray(context)[max(0, len(context) - model.order + 1) :]
    V = model.vocabulary_size
    rows = np.column_stack([np.tile(recent, (V, 1)), np.arange(V)])
    if len(recent) < model.order - 1:
        return np.array([model.probabilities_of(row)[-1] for row in rows])
    # No symbol looks back beyond its own row.
    return model.probabilities_of(rows.ravel()).reshape(V, -1)[:, -1]


def baseline_bits(training: IntArray, held_out: IntArray, V: int) -> float:
    """Bits per character of the n-gram of order 6 on ``held_out[1:]``, learned from ``training``."""
    return float(-np.log2(KneserNey.fit(training, V).probabilities_of(held_out)[1:]).mean())
