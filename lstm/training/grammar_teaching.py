"""Teaching the judge of sentences (`lstm.song.grammar`): its gradient, and the loop over labelled lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lstm.arrays import BoolArray, FloatArray
from lstm.decoding.streams import Study
from lstm.network.dropout import dropout_mask
from lstm.network.optimiser import Adam
from lstm.network.parameters import flat_views
from lstm.song.grammar import SIGNS, Batch, Grammar, Passed, forward, padded, shapes


@dataclass(frozen=True)
class TeachingSettings:
    """How to teach; chosen on held-out lines."""

    embedding: int = 48
    hidden: int = 64
    channels: int = 96
    features: int = 64
    epochs: int = 3
    batch: int = 64
    learning_rate: float = 2e-3
    dropout: float = 0.3
    weight_decay: float = 1e-2
    """Share of each weight that is subtracted per update, times the rate (Loshchilov & Hutter 2019)."""
    random_seed: int = 0


def loss_and_gradients(
    w: Mapping[str, FloatArray], batch: Batch, labels: FloatArray, keep: Sequence[FloatArray | float] = (1.0, 1.0, 1.0)
) -> tuple[float, dict[str, FloatArray]]:
    """Mean cross-entropy in nats of ``labels`` (n,), 0 or 1, and its gradient by each weight."""
    passed = forward(w, batch, keep)
    probabilities = 1 / (1 + np.exp(-passed.logits))
    loss = float(np.mean(np.logaddexp(0, passed.logits) - labels * passed.logits))
    return loss, _gradients(w, batch, passed, (probabilities - labels) / len(labels), keep)


def _gradients(
    w: Mapping[str, FloatArray], batch: Batch, passed: Passed, d_logits: FloatArray, keep: Sequence[FloatArray | float]
) -> dict[str, FloatArray]:
    n, C = passed.largest.shape
    mask = batch.holds[:, :, None].astype(passed.second.dtype)
    g: dict[str, FloatArray] = {}
    g["logit.weight"], g["logit.bias"] = passed.features.T @ d_logits, d_logits.sum(keepdims=True)
    d = d_logits[:, None] * w["logit.weight"] * keep[2] * (passed.features > 0)
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
    """Fresh weights; the judge's embedding starts from the first principal components of the network's, (V, E)."""
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


def teach(
    lines: Sequence[Study],
    labels: BoolArray,
    embedding: FloatArray,
    settings: TeachingSettings,
    report: Callable[[int, float, Grammar], None] = lambda *_: None,
) -> Grammar:
    """A judge taught by labelled lines; ``report`` is called after each epoch."""
    rng = np.random.default_rng(settings.random_seed)
    weights = initial_weights(settings, embedding, lines[0].hidden.shape[1], rng)
    flat, views = flat_views({name: array.shape for name, array in weights.items()})
    for name, array in weights.items():
        views[name][...] = array
    optimiser = Adam(len(flat), np.dtype(np.float32))
    per_epoch = -(-len(lines) // settings.batch)
    updates, total = 0, settings.epochs * per_epoch
    for epoch in range(settings.epochs):
        losses = []
        for chosen in np.array_split(rng.permutation(len(lines)), per_epoch):
            batch = padded([lines[k] for k in chosen])
            keep = [dropout_mask(rng, size, settings.dropout) for size in _sizes(views, batch)]
            loss, gradients = loss_and_gradients(views, batch, labels[chosen].astype(np.float32), keep)
            rate = settings.learning_rate * (1 - updates / total)
            flat *= 1 - rate * settings.weight_decay
            gradient = np.concatenate([gradients[name].ravel() for name in views]).astype(np.float32)
            optimiser.step(flat, gradient, rate)
            losses.append(loss)
            updates += 1
        report(epoch + 1, float(np.mean(losses)), Grammar(views))
    return Grammar({name: array.copy() for name, array in views.items()})


def _sizes(w: Mapping[str, FloatArray], batch: Batch) -> list[tuple[int, ...]]:
    n, T = batch.ids.shape
    C, F = w["second.weight"].shape[1], w["features.weight"].shape[1]
    return [(n, T, w["first.weight"].shape[0] // 3), (n, T, C), (n, F)]


def area_under_curve(logits: FloatArray, labels: BoolArray) -> float:
    """How often a line with a parse has a higher logit than one without (Hanley & McNeil 1982)."""
    order = np.argsort(logits)
    ranks = np.empty(len(logits))
    ranks[order] = np.arange(1, len(logits) + 1)
    positive = int(labels.sum())
    negative = len(labels) - positive
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / max(1, positive * negative))
