"""What each point of docs/from-the-tutorial.md is worth (`python -m tests.benchmarks.tutorial`).

A plain LSTM, one step of a batch at a time, is trained on the 170 KB of verse in this repository: once the way this
project trains, then with one point at a time as in the tutorial, then with all of them. Text, optimiser, schedule,
characters read and random seed are the same in every row. The figure is bits per character on held-out songs, every
tenth song.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lstm.network.optimiser import Adam, Schedule, clip_by_global_norm
from lstm.text.corpus import read_plainly
from lstm.text.songs import join, songs_of
from lstm.text.vocabulary import Vocabulary
from tests.corpora import ARTISTS, path_of

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.integer]
SHIPPED = Path(__file__).parents[2] / "data" / "corpora"
TEXTS = [*map(path_of, ARTISTS), SHIPPED / "harbour-lights.txt", SHIPPED / "neon-static.txt"]
B, LEARNING_RATE, TUTORIALS_CLIP = 16, 8e-3, 6.0


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults are this project's."""

    hidden: int | None = 128
    """None: as many as there are characters, as in the tutorial."""
    unroll: int | None = 64
    """Steps between updates; None: the whole text."""
    cross_entropy: bool = True
    """False: one sigmoid per character, and the difference to the target as the error."""
    exact_gradient: bool = True
    """False: the gates' own derivatives and inputs are missing where the tutorial leaves them out."""
    centred_weights: bool = True
    """False: weights from 0 to 1, and no biases."""
    lag: int = 1
    """How far the input is behind the target; the tutorial's is 2."""


OURS = Recipe()
ROWS = {
    "this project": OURS,
    "1. sigmoids and a difference as the loss": replace(OURS, cross_entropy=False),
    "2. as many hidden units as characters": replace(OURS, hidden=None),
    "3. the whole text unrolled": replace(OURS, unroll=None),
    "4. incomplete gradients of the gates": replace(OURS, exact_gradient=False),
    "5. all weights positive, no biases": replace(OURS, centred_weights=False),
    "6. input two characters behind the target": replace(OURS, lag=2),
    "points 1-6 together": Recipe(None, None, False, False, False, 2),
}


def sigma(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-z))


class PlainLSTM:
    """One layer with one-hot input: z = W [x; h] + b in blocks i, f, g, o, then output weights and bias."""

    def __init__(self, V: int, recipe: Recipe, log_frequencies: Floats, rng: np.random.Generator) -> None:
        H = recipe.hidden or V
        self.V, self.H, self.recipe = V, H, recipe
        shapes = {"W": (4 * H, V + H), "b": (4 * H,), "out_W": (V, H), "out_b": (V,)}
        sizes = {name: math.prod(shape) for name, shape in shapes.items()}
        self.flat, self.gradient = np.zeros(sum(sizes.values()), np.float32), np.zeros(sum(sizes.values()), np.float32)
        self.weights, self.gradients, start = {}, {}, 0
        for name, shape in shapes.items():
            part = slice(start, start + sizes[name])
            self.weights[name], self.gradients[name] = (
                self.flat[part].reshape(shape),
                self.gradient[part].reshape(shape),
            )
            start = part.stop
        if recipe.centred_weights:
            bound = 1 / math.sqrt(H)
            for name in ("W", "out_W"):
                self.weights[name][...] = rng.uniform(-bound, bound, shapes[name])
            self.weights["W"][:, :V] = rng.normal(0, 1 / math.sqrt(2), (4 * H, V))
            self.weights["b"][H : 2 * H] = 1
            self.weights["out_b"][...] = log_frequencies
        else:
            for name in ("W", "out_W"):
                self.weights[name][...] = rng.random(shapes[name])

    def step(self, ids: Ids, h: Floats, c: Floats) -> tuple[Floats, ...]:
        """One step of ids (B,) from h and c (H, B): i, f, g, o and the new c and h."""
        W, H = self.weights["W"], self.H
        z = W[:, ids] + W[:, self.V :] @ h + self.weights["b"][:, None]
        i, f, g, o = sigma(z[:H]), sigma(z[H : 2 * H]), np.tanh(z[2 * H : 3 * H]), sigma(z[3 * H :])
        c = f * c + i * g
        return i, f, g, o, c, o * np.tanh(c)

    def probabilities(self, h: Floats) -> Floats:
        """Of each character, (V, B)."""
        logits = self.weights["out_W"] @ h + self.weights["out_b"][:, None]
        p = np.exp(logits - logits.max(axis=0)) if self.recipe.cross_entropy else sigma(logits) + 1e-12
        return p / p.sum(axis=0)

    def update(self, inputs: Ids, targets: Ids, h: Floats, c: Floats) -> tuple[Floats, Floats]:
        """Fill `gradient`, of the mean over ids (T, B), from a state (H, B); returns the state after them."""
        T, steps = len(inputs), []
        for t in range(T):
            before = h, c
            i, f, g, o, c, h = self.step(inputs[t], h, c)
            steps.append((*before, i, f, g, o, c, h))
        self.gradient[...] = 0
        dh, dc = np.zeros_like(h), np.zeros_like(c)
        for t in reversed(range(T)):
            dh = dh + self._output_error(steps[t][-1], targets[t])
            dh, dc = self._step_back(inputs[t], steps[t], dh, dc)
        self.gradient /= targets.size
        return h, c

    def _output_error(self, h: Floats, targets: Ids) -> Floats:
        """The output's gradients, and the error with respect to h."""
        hits = np.arange(len(targets))
        if self.recipe.cross_entropy:
            error = self.probabilities(h)
            error[targets, hits] -= 1
            at_weights = error
        else:
            output = sigma(self.weights["out_W"] @ h + self.weights["out_b"][:, None])
            error = output.copy()
            error[targets, hits] -= 1
            # The sigmoid's derivative, of what has passed the sigmoid already; and none on the way to h.
            at_weights = error * sigma(output) * (1 - sigma(output))
        self.gradients["out_W"] += at_weights @ h.T
        if self.recipe.centred_weights:
            self.gradients["out_b"] += at_weights.sum(axis=1)
        return self.weights["out_W"].T @ error

    def _step_back(self, ids: Ids, step: tuple[Floats, ...], dh: Floats, dc: Floats) -> tuple[Floats, Floats]:
        """Gradients of W and b; the errors with respect to h and c before the step."""
        h_before, c_before, i, f, g, o, c, _ = step
        tanh_c = np.tanh(c)
        exact = self.recipe.exact_gradient
        if not exact:
            dh = np.clip(dh, -TUTORIALS_CLIP, TUTORIALS_CLIP)
        do, dc = dh * tanh_c, dc + dh * o * (1 - tanh_c**2)
        if not exact:
            dc = np.clip(dc, -TUTORIALS_CLIP, TUTORIALS_CLIP)
        di, df, dg = dc * g, dc * c_before, dc * i
        errors = np.concatenate([di, df, dg, do])
        if exact:
            dz = np.concatenate([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)])
            np.add.at(self.gradients["W"].T, ids, dz.T)
            to_h = dz
        else:
            # Derivatives of values that are activated already; none towards h; the one-hot inputs were not kept.
            slopes = [sigma(i) * (1 - sigma(i)), sigma(f) * (1 - sigma(f)), 1 - np.tanh(g) ** 2, 1 - np.tanh(o) ** 2]
            dz, to_h = errors * np.concatenate(slopes), errors
        self.gradients["W"][:, self.V :] += dz @ h_before.T
        if self.recipe.centred_weights:
            self.gradients["b"] += dz.sum(axis=1)
        return self.weights["W"][:, self.V :].T @ to_h, dc * f


def streams(ids: Ids, unroll: int | None, lag: int) -> Iterator[tuple[Ids, Ids, bool]]:
    """One pass over a text: inputs and targets (T, B), and whether the streams start over."""
    n = (len(ids) - lag) // B
    inputs = ids[: n * B].reshape(B, n).T
    targets = ids[lag : n * B + lag].reshape(B, n).T
    T = unroll or n
    for start in range(0, n - n % T, T):
        yield inputs[start : start + T], targets[start : start + T], start == 0


def train(recipe: Recipe, ids: Ids, vocabulary: Vocabulary, epochs: int, random_seed: int = 0) -> PlainLSTM:
    """Adam under a schedule that warms up and falls to zero, for a number of passes over the text."""
    rng = np.random.default_rng(random_seed)
    network = PlainLSTM(len(vocabulary), recipe, vocabulary.log_frequencies(ids), rng)
    adam, schedule = Adam(network.flat.size, network.flat.dtype), Schedule(LEARNING_RATE)
    chunks = sum(1 for _ in streams(ids, recipe.unroll, recipe.lag))
    h = c = np.zeros((network.H, B), np.float32)
    for epoch in range(epochs):
        for k, (inputs, targets, starts_over) in enumerate(streams(ids, recipe.unroll, recipe.lag)):
            if starts_over:
                h = c = np.zeros((network.H, B), np.float32)
            h, c = network.update(inputs, targets, h, c)
            clip_by_global_norm(network.gradient, 1.0)
            adam.step(network.flat, network.gradient, schedule.rate((epoch + (k + 0.5) / chunks) / epochs))
    return network


def bits_per_character(network: PlainLSTM, ids: Ids) -> float:
    """Of a text, read from a zero state."""
    lag, bits = network.recipe.lag, 0.0
    h = c = np.zeros((network.H, 1), np.float32)
    for t in range(len(ids) - lag):
        *_, c, h = network.step(ids[t : t + 1], h, c)
        bits -= math.log2(network.probabilities(h)[ids[t + lag], 0])
    return bits / (len(ids) - lag)


def written(network: PlainLSTM, starts: Ids, characters: int, rng: np.random.Generator | None) -> Ids:
    """Texts (characters, B) that go on from first characters (B,): sampled, or without ``rng`` always the likeliest."""
    h = c = np.zeros((network.H, len(starts)), np.float32)
    ids, sampled = starts, []
    for _ in range(characters):
        *_, c, h = network.step(ids, h, c)
        p = network.probabilities(h)
        ids = (
            p.argmax(axis=0)
            if rng is None
            else np.array([rng.choice(len(p), p=column / column.sum()) for column in p.T.astype(float)])
        )
        sampled.append(ids)
    return np.array(sampled)


def distinct_4grams(texts: list[str]) -> float:
    """Different runs of four words, as a share of all of them, within each text."""
    runs = [list(zip(*(words[k:] for k in range(4)), strict=False)) for words in map(str.split, texts)]
    return sum(len(set(found)) for found in runs) / max(1, sum(map(len, runs)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--every", type=int, default=1, help="of how many songs one is read: a short run")
    parser.add_argument("--rows", type=int, nargs="+", default=range(len(ROWS)), help="which to train beside the first")
    options = parser.parse_args()
    songs = songs_of(read_plainly(TEXTS))[:: options.every]
    learned, held_out = join(songs[k] for k in range(len(songs)) if k % 10 != 9), join(songs[9::10])
    vocabulary = Vocabulary.of(learned)
    ids, unseen = vocabulary.encode(learned), vocabulary.encode(held_out)
    print(f"{len(ids):,} characters learned, {len(unseen):,} held out, {options.epochs} epochs\n")
    print("| trained as | bits per character | seconds |\n| --- | ---: | ---: |")
    trained = {}
    for k in sorted({0, *options.rows}):
        name, recipe = list(ROWS.items())[k]
        started = time.perf_counter()
        trained[k] = train(recipe, ids, vocabulary, options.epochs)
        seconds = time.perf_counter() - started
        print(f"| {name} | {bits_per_character(trained[k], unseen):.3f} | {seconds:.0f} |", flush=True)
    starts = ids[np.random.default_rng(1).integers(len(ids), size=B)]
    print("\n| 7. written by the first network | distinct 4-grams of words | for example |\n| --- | ---: | --- |")
    for name, rng in (("sampled", np.random.default_rng(2)), ("the likeliest character fed back", None)):
        texts = [vocabulary.decode(column) for column in written(trained[0], starts, 500, rng).T]
        print(f"| {name} | {distinct_4grams(texts):.2f} | {' / '.join(texts[0][-120:].split(chr(10)))} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
