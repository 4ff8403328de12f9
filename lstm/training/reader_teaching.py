"""Teaching the reader of lines (`lstm.song.reader`): its gradient, and the loop over marked lines.

Lines for the same place in a song are a group. Readers differ in how strict they are, and songs in how good any line
could be; so what is learned is by how much a line's mark differs from the mean of its group. It is learned as the sum
of the reader's mark and of other scores of the line, each times a weight, so that the reader learns what they lack.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.stream import Study
from lstm.network.dropout import dropout_mask
from lstm.network.optimiser import Adam
from lstm.network.parameters import flat_views
from lstm.song.reader import SIGNS, Batch, Passed, Reader, forward, padded, shapes
from lstm.training.marks import within

MARKS = 2.0
"""The unit in which marks are learned: about how much those of a group differ."""


@dataclass(frozen=True)
class TeachingSettings:
    """How to teach; chosen on the lines of an artist who was held out."""

    embedding: int = 48
    hidden: int = 64
    channels: int = 96
    features: int = 64
    epochs: int = 3
    groups: int = 8
    """In a batch."""
    learning_rate: float = 2e-3
    dropout: float = 0.3
    weight_decay: float = 1e-2
    """Share of each weight that is subtracted per update, times the rate (Loshchilov & Hutter 2019)."""
    random_seed: int = 0


@dataclass(frozen=True)
class Group:
    """Candidates for one place in a song."""

    lines: Sequence[Study]
    scores: FloatArray
    """Other scores of each, (n, F)."""
    marks: FloatArray
    """What a reader gave each, (n,), 0 to 9."""


def loss_and_gradients(
    w: Mapping[str, FloatArray],
    batch: Batch,
    scores: FloatArray,
    wanted: FloatArray,
    group_of: IntArray,
    keep: Sequence[FloatArray | float] = (1.0, 1.0, 1.0),
) -> tuple[float, dict[str, FloatArray]]:
    """Mean squared error of marks within their groups, and its gradient by each weight.

    ``w`` holds ``scores.weight`` (F,) beside the reader's weights. Of each line: ``scores`` (n, F), the ``wanted`` mark
    (n,) and the number of its group, ``group_of`` (n,).
    """
    passed = forward(w, batch, keep)
    error = within(passed.marks + scores @ w["scores.weight"] - wanted, group_of)
    d = 2 * error / len(error)
    gradients = _gradients(w, batch, passed, d, keep)
    gradients["scores.weight"] = scores.T @ d
    return float(np.mean(error**2)), gradients


def _gradients(
    w: Mapping[str, FloatArray], batch: Batch, passed: Passed, d_marks: FloatArray, keep: Sequence[FloatArray | float]
) -> dict[str, FloatArray]:
    n, C = passed.largest.shape
    mask = batch.holds[:, :, None].astype(passed.second.dtype)
    g: dict[str, FloatArray] = {}
    g["mark.weight"], g["mark.bias"] = passed.features.T @ d_marks, d_marks.sum(keepdims=True)
    d = d_marks[:, None] * w["mark.weight"] * keep[2] * (passed.features > 0)
    g["features.weight"], g["features.bias"] = passed.pooled.T @ d, d.sum(axis=0)
    d_pooled = d @ w["features.weight"].T
    d_second = np.repeat((d_pooled[:, :C] / mask.sum(axis=1))[:, None], mask.shape[1], axis=1)
    rows, columns = np.arange(n)[:, None], np.arange(C)
    d_second[rows, passed.largest, columns] += d_pooled[:, C:]
    d_second *= (passed.second > 0) * mask
    g["second.weight"], g["second.bias"] = _product(passed.windows, d_second), d_second.sum(axis=(0, 1))
    d_first = _from_windows(d_second @ w["second.weight"].T) * keep[1] * (passed.first > 0)
    g["first.weight"], g["first.bias"] = _product(passed.read, d_first), d_first.sum(axis=(0, 1))
    d_x = _from_windows(d_first @ w["first.weight"].T) * mask * keep[0]
    D = w["embedding"].shape[1]
    g["embedding"] = np.zeros_like(w["embedding"])
    np.add.at(g["embedding"], batch.ids, d_x[:, :, :D])
    d_seen = d_x[:, :, D:-SIGNS] * (1 - passed.seen**2)
    g["hidden.weight"], g["hidden.bias"] = _product(batch.hidden, d_seen), d_seen.sum(axis=(0, 1))
    return g


def _product(left: FloatArray, right: FloatArray) -> FloatArray:
    product: FloatArray = left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2])
    return product


def _from_windows(d: FloatArray) -> FloatArray:
    """The gradient of what `windows_of` was applied to: (n, T, 3 C) -> (n, T, C)."""
    n, T, width = d.shape
    C = width // 3
    wide = np.zeros((n, T + 2, C), d.dtype)
    wide[:, :-2] += d[:, :, :C]
    wide[:, 1:-1] += d[:, :, C : 2 * C]
    wide[:, 2:] += d[:, :, 2 * C :]
    return wide[:, 1:-1]


def initial_weights(
    settings: TeachingSettings, embedding: FloatArray, H: int, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Fresh weights; the reader's embedding starts from the first principal components of the network's, (V, E)."""
    centred = embedding - embedding.mean(axis=0)
    U, S, _ = np.linalg.svd(centred, full_matrices=False)
    D = min(settings.embedding, len(S))
    weights: dict[str, FloatArray] = {}
    for name, size in shapes(len(embedding), H, D, settings.hidden, settings.channels, settings.features).items():
        bound = 1 / np.sqrt(size[0])
        is_bias = name.endswith("bias")
        weights[name] = (np.zeros(size) if is_bias else rng.uniform(-bound, bound, size)).astype(np.float32)
    weights["embedding"] = (0.5 * U[:, :D] * S[:D] / S[:D].mean()).astype(np.float32)
    return weights


@dataclass(frozen=True)
class Taught:
    """What was learned."""

    reader: Reader
    scores_weight: FloatArray
    """Of each of the other scores, (F,)."""

    def marks(self, group: Group) -> FloatArray:
        """Of each line of a group, in units of two marks, (n,)."""
        return self.reader.marks(group.lines) + group.scores @ self.scores_weight


def teach(
    groups: Sequence[Group],
    embedding: FloatArray,
    settings: TeachingSettings,
    report: Callable[[int, float, Taught], None] = lambda *_: None,
) -> Taught:
    """A reader taught by marked lines; ``report`` is called after each epoch."""
    rng = np.random.default_rng(settings.random_seed)
    weights = initial_weights(settings, embedding, groups[0].lines[0].hidden.shape[1], rng)
    weights["scores.weight"] = np.zeros(groups[0].scores.shape[1], np.float32)
    flat, views = flat_views({name: array.shape for name, array in weights.items()})
    for name, array in weights.items():
        views[name][...] = array
    optimiser = Adam(len(flat), np.dtype(np.float32))
    per_epoch = -(-len(groups) // settings.groups)
    updates, total = 0, settings.epochs * per_epoch
    for epoch in range(settings.epochs):
        losses = []
        for chosen in np.array_split(rng.permutation(len(groups)), per_epoch):
            some = [groups[k] for k in chosen]
            batch = padded([line for group in some for line in group.lines])
            group_of = np.repeat(np.arange(len(some)), [len(group.lines) for group in some])
            scores = np.concatenate([group.scores for group in some]).astype(np.float32)
            wanted = np.concatenate([group.marks for group in some]).astype(np.float32) / MARKS
            keep = [dropout_mask(rng, size, settings.dropout) for size in _sizes(views, batch)]
            loss, gradients = loss_and_gradients(views, batch, scores, wanted, group_of, keep)
            rate = settings.learning_rate * (1 - updates / total)
            flat *= 1 - rate * settings.weight_decay
            gradient = np.concatenate([gradients[name].ravel() for name in views]).astype(np.float32)
            optimiser.step(flat, gradient, rate)
            losses.append(loss)
            updates += 1
        report(epoch + 1, float(np.mean(losses)), _taught(views))
    return _taught({name: array.copy() for name, array in views.items()})


def _taught(weights: Mapping[str, FloatArray]) -> Taught:
    own = {name: array for name, array in weights.items() if name != "scores.weight"}
    return Taught(Reader(own), weights["scores.weight"].copy())


def _sizes(w: Mapping[str, FloatArray], batch: Batch) -> list[tuple[int, ...]]:
    n, T = batch.ids.shape
    C, F = w["second.weight"].shape[1], w["features.weight"].shape[1]
    return [(n, T, w["first.weight"].shape[0] // 3), (n, T, C), (n, F)]
