"""Choosing the next unit from its logits: temperature, then nucleus sampling (Holtzman et al. 2020, section 3.1).

The logits are sorted as plain values, smallest first, and their probabilities summed up. The improbable ones, whose sum
does not exceed 1 - top-p, are left out, and a uniform number selects one of the others. Only then is the unit looked up
that has this logit. So no index is sorted (`argsort` takes three times as long), the maximum is known without a search,
and one row of sums serves both steps.

In a large vocabulary most units cannot be in the nucleus; they are not sorted (see `_candidates`).
"""

from bisect import bisect_right
from functools import cache

import numpy as np

from lstm.arrays import BoolArray, FloatArray, IntArray

ALMOST_ONE = np.nextafter(np.float32(1), np.float32(0))
LARGE = 256
"""Vocabulary size from which it pays to leave out improbable units before sorting, if there are many rows."""
MANY = 24
"""Rows up to which it does not pay: at V = 1024 it then costs 0.04-0.05 ms, a third of the choice at 8 rows."""
RUN = 128
"""Longest run of values that one product sums up."""


def pick_one(logits: FloatArray, inverse_temperature: float, top_p: float, uniform: float) -> int:
    """The unit that a uniform number in [0, 1) selects. ``logits`` (V,) of -inf exclude a unit."""
    ordered = logits.copy()
    ordered.sort()
    # The maximum of what remains: a unit that is excluded may have been so likely that all others round to 0.
    p = ordered - ordered[-1]
    np.multiply(p, inverse_temperature, out=p)
    np.exp(p, out=p)
    mass = np.add.accumulate(p)
    total, last = mass.item(-1), len(p) - 1
    # `bisect` takes half the time of `searchsorted` here.
    first = min(bisect_right(mass, total * (1 - top_p)), last)
    left_out = mass.item(first - 1) if first else 0.0
    # Clamped, so that rounding never selects a unit below `first` or one without probability.
    place = min(max(bisect_right(mass, left_out + uniform * (total - left_out)), first), last)
    picked = logits == ordered[place]
    if place and ordered.item(place - 1) == ordered.item(place):
        return _among_equals(picked, place - int(ordered.searchsorted(ordered[place])))
    return int(picked.argmax())


def pick_each(logits: FloatArray, inverse_temperature: FloatArray, top_p: FloatArray, uniform: FloatArray) -> IntArray:
    """`pick_one` for each row of ``logits`` (B, V); the other arguments and the result are (B,)."""
    total: FloatArray | None = None
    ids: IntArray | None = None
    if logits.shape[1] >= LARGE and len(logits) > MANY and top_p.max() < 1:
        logits, ids, total = _candidates(logits, inverse_temperature, top_p)
    B, V = logits.shape
    run = V + 1 if V < RUN else RUN // 4
    N = -(-(V + 1) // run) * run
    ordered = np.full((B, N), -np.inf, np.float32)
    ordered[:, :V] = logits
    ordered.sort(axis=1)  # at least one column that is never selected stands before the others
    p = ordered - ordered[:, -1:]
    np.multiply(p, inverse_temperature[:, None], out=p)
    np.exp(p, out=p)
    mass = _sums_up_to(p, run)
    # Positions in the flat arrays: `take` costs a third of indexing by rows and columns.
    start, values, sums = np.arange(0, B * N, N), ordered.ravel(), mass.ravel()
    present = mass[:, -1]
    to_leave_out = present * np.minimum(1 - top_p, ALMOST_ONE)
    if total is not None:
        to_leave_out -= (total - present) * top_p  # part of the share is left out already
    first = (mass > np.maximum(to_leave_out, 0)[:, None]).argmax(axis=1)
    left_out = sums.take(start + (first - 1))
    place = (mass > (left_out + uniform * (present - left_out))[:, None]).argmax(axis=1)
    place = np.maximum(place, first) + start
    value = values.take(place)
    picks: IntArray = (logits == value[:, None]).argmax(axis=1)
    equals_another = values.take(place - 1) == value
    if equals_another.any():
        for b in np.flatnonzero(equals_another):
            picks[b] = _among_equals(
                logits[b] == value[b], int(place[b] - start[b] - ordered[b].searchsorted(value[b]))
            )
    return picks if ids is None else ids.take(picks + np.arange(0, B * V, V))


def _candidates(
    logits: FloatArray, inverse_temperature: FloatArray, top_p: FloatArray
) -> tuple[FloatArray, IntArray | None, FloatArray | None]:
    """The units that may be in the nucleus of each row of ``logits`` (B, V).

    Units whose probability is below (1 - top-p) / V sum to less than 1 - top-p, so none of them is needed to reach
    top-p. Returns the logits of the others, (B, K) padded with minus infinity; their ids, (B, K); and the sum of all
    probabilities, (B,), scaled so that the likeliest unit has 1. For 64 rows of a trained network at V = 1024 this took
    a third of the time of sorting everything with AVX-512, and 0.94 of it with AVX2.
    """
    B, V = logits.shape
    p = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    np.multiply(p, inverse_temperature[:, None], out=p)
    np.exp(p, out=p)
    total = p.sum(axis=1)
    kept = p >= (total * (1 - top_p) / V)[:, None]
    flat = np.flatnonzero(kept)
    counts = np.diff(flat.searchsorted(np.arange(B + 1) * V))
    K = int(counts.max())
    if 2 * K > V:
        return logits, None, None
    filled = np.arange(K) < counts[:, None]
    candidates, ids = np.full((B, K), -np.inf, np.float32), np.zeros((B, K), np.intp)
    candidates[filled], ids[filled] = logits.ravel()[flat], flat % V
    return candidates, ids, total


def _among_equals(picked: BoolArray, number: int) -> int:
    """The ``number``-th of several equally likely units."""
    return int(np.flatnonzero(picked)[number])


@cache
def _triangle_of(runs: int) -> FloatArray:
    return np.triu(np.ones((runs * RUN, runs * RUN), np.float32))


def _triangle(n: int) -> FloatArray:
    """Ones on and above the diagonal, (n, n): a corner of a larger array, so that few sizes are kept."""
    return _triangle_of(-(-n // RUN))[:n, :n]


def _sums_up_to(rows: FloatArray, run: int) -> FloatArray:
    """`rows.cumsum(axis=1)`, (B, N) with N a multiple of ``run``, by products with a triangle of ones.

    `cumsum` adds one number after another: the product takes half its time at (64, 97), a fifth at (64, 1024).
    """
    B, N = rows.shape
    mass: FloatArray = np.matmul(rows.reshape(-1, run), _triangle(run)).reshape(B, N // run, run)
    if run < N:
        before = mass[:, :-1, -1] @ _triangle(N // run - 1)
        np.add(mass[:, 1:], before[:, :, None], out=mass[:, 1:])
    return mass.reshape(B, N)
