import numpy as np

from lstm.decoding.streams import Study
from lstm.song.grammar import Grammar, padded
from lstm.training.grammar_teaching import (
    TeachingSettings,
    area_under_curve,
    initial_weights,
    loss_and_gradients,
    teach,
)

SMALL = TeachingSettings(embedding=3, hidden=4, channels=5, features=6)
RNG = np.random.default_rng(1)


def line(N: int, V: int = 9, H: int = 7) -> Study:
    return Study(RNG.integers(1, V, N), RNG.standard_normal((N, H)), -RNG.random(N), RNG.random(N))


def test_every_gradient_is_the_numeric_one() -> None:
    lines = [line(4), line(2), line(6)]
    weights = {
        name: array.astype(np.float64) + 0.05 * RNG.standard_normal(array.shape)
        for name, array in initial_weights(SMALL, RNG.standard_normal((9, 5)), 7, RNG).items()
    }
    batch, labels = padded(lines), np.array([1.0, 0.0, 1.0])
    keep = (0.5 + RNG.random((3, 6, 10)), 0.5 + RNG.random((3, 6, 5)), 0.5 + RNG.random((3, 6)))
    _, gradients = loss_and_gradients(weights, batch, labels, keep)
    for name, array in weights.items():
        for place in RNG.choice(array.size, min(12, array.size), replace=False):
            kept = array.flat[place]
            array.flat[place] = kept + 1e-6
            above, _ = loss_and_gradients(weights, batch, labels, keep)
            array.flat[place] = kept - 1e-6
            below, _ = loss_and_gradients(weights, batch, labels, keep)
            array.flat[place] = kept
            np.testing.assert_allclose(gradients[name].flat[place], (above - below) / 2e-6, atol=1e-7, err_msg=name)


def test_a_line_is_judged_alike_alone_and_beside_longer_ones() -> None:
    grammar = Grammar(initial_weights(SMALL, RNG.standard_normal((9, 5)), 7, RNG))
    lines = [line(3), line(8)]
    np.testing.assert_allclose(grammar.logits(lines)[0], grammar.logits(lines[:1])[0], rtol=1e-5)


def test_it_learns_what_can_be_told_from_the_units() -> None:
    lines = [line(int(RNG.integers(3, 9))) for _ in range(400)]
    labels = np.array([bool((each.units == 3).any()) for each in lines])
    grammar = teach(lines[:300], labels[:300], RNG.standard_normal((9, 5)), TeachingSettings(epochs=60))
    assert area_under_curve(grammar.logits(lines[300:]), labels[300:]) > 0.9


def test_the_area_under_the_curve() -> None:
    labels = np.array([False, True, True, False])
    assert area_under_curve(np.array([0.0, 1.0, 2.0, -1.0]), labels) == 1.0
    assert area_under_curve(np.array([1.0, 0.0, 2.0, -1.0]), labels) == 0.75
