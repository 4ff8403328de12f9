"""The baseline to beat: an interpolated modified Kneser-Ney character n-gram.

Source: S. F. Chen and J. Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (1998), section 3.

    P_k(w | h) = (c(h w) - D(c(h w))) / c(h) + gamma(h) P_{k-1}(w | h')       h' is h without its first symbol
    gamma(h)   = (D1 N1(h) + D2 N2(h) + D3 N3+(h)) / c(h)                     Nr(h): successors of h with c(h w) = r
    P_0(w)     = 1 / V

At the highest order c counts occurrences; below it, the distinct symbols seen to the left (a continuation count). The
start of the text stands for one such symbol, so that every n-gram seen has a count. P_k = P_{k-1} where h was not seen.

All n-grams of all orders form one trie in a flat array. Nodes are numbered from the root (0, the empty history) level
by level and, within a level, by parent and then by symbol. The key of a node, `parent * V + symbol`, therefore grows
with its number: one binary search finds any node, the successors of a history lie side by side, and int64 suffices
for every V (six symbols packed into 64 bits, ten each, would stop at V = 1,024).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lstm.arrays import FloatArray, IntArray

# The node of an n-gram that was not seen. As an index it takes the last element of `discounted` and `backoff`, which is
# the neutral one: nothing to add, all the weight to the lower order.
_UNSEEN = -1


@dataclass(frozen=True, eq=False)
class KneserNey:
    """A fitted n-gram model over symbols 0 .. V - 1. Nodes: M in all, of which the first I can have successors.

    `keys` (M,) parent * V + symbol, increasing; `discounted` (M + 1,) the first term of P_k; `backoff` (I + 1,) gamma.
    """

    vocabulary_size: int
    order: int
    keys: npt.NDArray[np.int64]
    discounted: FloatArray
    backoff: FloatArray

    @classmethod
    def fit(cls, ids: IntArray, vocabulary_size: int, order: int = 6) -> "KneserNey":
        """Count the n-grams of a text, ids (N,), up to `order` symbols long; N = 0 gives the uniform distribution.

        Raises ValueError for a vocabulary or order below 1 and for symbols outside the vocabulary.
        """
        if vocabulary_size < 1 or order < 1:
            raise ValueError(f"vocabulary size and order must be at least 1, not {vocabulary_size} and {order}")
        text = _checked(ids, vocabulary_size)
        levels = _count(text, vocabulary_size, order)
        discounted, backoff = [np.zeros(1)], []  # the root itself is never predicted
        first_history, histories = 0, 1
        for level in levels:
            parent = level.keys // vocabulary_size - first_history
            discount = _discounts(level.counts)[np.minimum(level.counts, 3)]
            total = np.bincount(parent, weights=level.counts, minlength=histories)
            removed = np.bincount(parent, weights=discount, minlength=histories)
            followed = total > 0  # the last symbols of the text may be followed by nothing
            discounted.append((level.counts - discount) / total[parent])
            backoff.append(np.divide(removed, total, out=np.ones(histories), where=followed))
            first_history, histories = first_history + histories, level.keys.size
        # The root's own key is below that of any look-up, even of a successor of _UNSEEN.
        keys = np.concatenate([[np.iinfo(np.int64).min], *(level.keys for level in levels)])
        return cls(
            vocabulary_size=vocabulary_size,
            order=order,
            keys=keys,
            discounted=np.concatenate([*discounted, [0.0]]),
            backoff=np.concatenate([*backoff, [1.0]]),
        )

    def probabilities_of(self, ids: IntArray) -> FloatArray:
        """Return the probability (N,) of each symbol of a text, ids (N,), given those before it in this text."""
        text = _checked(ids, self.vocabulary_size)
        result = np.full(text.size, 1.0 / self.vocabulary_size)
        nodes = np.zeros(text.size, dtype=np.int64)  # of the history of each symbol, by where that history starts
        for length in range(min(self.order, text.size)):
            grams = self._successor(nodes, text[length:])
            result[length:] *= self.backoff[nodes]
            result[length:] += self.discounted[grams]
            nodes = grams[:-1]
        return result

    def _successor(self, nodes: npt.NDArray[np.int64], symbols: IntArray) -> npt.NDArray[np.int64]:
        """Return the node of each history followed by each symbol, or _UNSEEN; all arrays of one shape."""
        wanted = nodes * self.vocabulary_size + symbols
        found = np.searchsorted(self.keys, wanted, side="right") - 1
        return np.where(self.keys[found] == wanted, found, _UNSEEN)


PART = 1 << 19
"""Symbols whose n-grams are counted at a time."""


@dataclass(frozen=True)
class _Level:
    """The n-grams of one length: keys (U,) as in KneserNey, counts (U,) of occurrences or continuations."""

    keys: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


def _count(text: IntArray, vocabulary_size: int, order: int) -> list[_Level]:
    """Return the n-grams of text (N,) of length 1 .. order: occurrences for the longest, continuations for the rest."""
    levels: list[_Level] = []
    first_node = 1
    grams = np.zeros(text.size + 1, dtype=np.int32)  # the node of the n-gram that starts at each place
    lower_keys, lower_first = np.empty(0, dtype=np.int64), 0
    for length in range(1, order + 1):
        # In parts: the keys of 10 M symbols would be 80 MB, and as much again wherever they are sorted or looked up.
        count, symbols = max(grams.size - 1, 0), text[length - 1 :]
        parts = [slice(start, min(start + PART, count)) for start in range(0, count, PART)]
        keys = np.empty(0, dtype=np.int64)
        for part in parts:
            keys = _with(keys, np.unique(grams[part].astype(np.int64) * vocabulary_size + symbols[part]))
        ranks = np.empty(count, dtype=np.int32)
        for part in parts:
            ranks[part] = np.searchsorted(keys, grams[part].astype(np.int64) * vocabulary_size + symbols[part])
        if length > 1:
            suffix = np.empty(keys.size, dtype=np.int64)
            suffix[ranks] = grams[1:]
            suffix -= lower_first
            continuations = np.bincount(suffix, minlength=lower_keys.size)
            continuations[grams[:1] - lower_first] += 1  # the start of the text is a left neighbour too
            levels.append(_Level(lower_keys, continuations))
        ranks += first_node
        grams, lower_keys, lower_first = ranks, keys, first_node
        first_node += keys.size
    grams -= lower_first
    levels.append(_Level(lower_keys, np.bincount(grams, minlength=lower_keys.size)))
    return levels


def _with(keys: npt.NDArray[np.int64], more: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """All of two sorted arrays of different numbers each, sorted, each once."""
    if keys.size:
        more = more[keys.take(np.searchsorted(keys, more), mode="clip") != more]
    both = np.concatenate([keys, more])
    both.sort(kind="stable")  # merges two runs, in linear time
    return both


def _discounts(counts: npt.NDArray[np.int64]) -> FloatArray:
    """Return (0, D1, D2, D3+), estimated from the number of n-grams with counts 1 .. 4 (source: section 3).

    Small or odd texts leave an estimate undefined or outside (0, r]. There Y, the one discount of unmodified
    Kneser-Ney, stands in (1/2 where nothing was counted once): a discount of 0 would give unseen symbols no chance.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=6)
    Y = n[1] / (n[1] + 2 * n[2]) if n[1] else 0.5
    result = np.array([0.0, Y, Y, Y])
    for r in (1, 2, 3):
        if n[r]:
            estimate = r - (r + 1) * Y * n[r + 1] / n[r]
            if estimate > 0:
                result[r] = estimate
    return result


def _checked(ids: IntArray, vocabulary_size: int) -> IntArray:
    """Return ids as signed integers. Raises ValueError where a symbol is outside the vocabulary."""
    symbols = np.asarray(ids)
    if symbols.dtype.kind != "i":
        symbols = symbols.astype(np.int64)
    if symbols.size and (symbols.min() < 0 or symbols.max() >= vocabulary_size):
        raise ValueError(f"symbols must be from 0 to {vocabulary_size - 1}")
    return symbols
