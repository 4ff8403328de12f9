"""Choosing the next character from its logits: temperature, then nucleus sampling (Holtzman et al. 2020, section 3.1).

The nucleus is found by one sort of the probabilities' values: the least probable character that is needed to reach the
share top-p sets a threshold, and whatever lies below it gets nothing. No index is sorted.
"""

from __future__ import annotations

import numpy as np

from lstm.arrays import FloatArray


def pick_one(logits: FloatArray, inverse_temperature: float, top_p: float, uniform: float) -> int:
    """The character that a uniform number in [0, 1) picks; ``logits`` (V,) may be -inf for never."""
    # The likeliest may be one that is never sung: without its own maximum all the rest could round to 0.
    p = np.exp((logits - logits.max()) * inverse_temperature)
    if top_p < 1:
        ordered = np.sort(p)
        mass = ordered[::-1].cumsum()
        last = int(mass.searchsorted(top_p * mass[-1]))
        p *= p >= ordered[len(ordered) - 1 - min(last, len(ordered) - 1)]
    mass = p.cumsum()
    picked = int(mass.searchsorted(uniform * mass[-1], side="right"))
    # Rounding can carry a uniform number of almost 1 past the last character that has any probability.
    return picked if picked < len(p) and p[picked] > 0 else int(p.nonzero()[0][-1])


def pick_each(logits: FloatArray, inverse_temperature: FloatArray, top_p: FloatArray, uniform: FloatArray) -> list[int]:
    """`pick_one` for the rows of ``logits`` (B, V); the others are (B,)."""
    p = np.exp((logits - logits.max(axis=1, keepdims=True)) * inverse_temperature[:, None])
    if top_p.min() < 1:
        ordered = np.sort(p, axis=1)
        mass = ordered[:, ::-1].cumsum(axis=1)
        beyond = (mass < (top_p * mass[:, -1])[:, None]).sum(axis=1)
        threshold = ordered[np.arange(len(p)), np.maximum(p.shape[1] - 1 - beyond, 0)]
        p *= p >= threshold[:, None]
    mass = p.cumsum(axis=1)
    picked = (mass <= (uniform * mass[:, -1])[:, None]).sum(axis=1)
    last_possible = p.shape[1] - 1 - (p[:, ::-1] > 0).argmax(axis=1)
    characters: list[int] = np.minimum(picked, last_possible).tolist()
    return characters
