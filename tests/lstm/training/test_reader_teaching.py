import numpy as np

from lstm.arrays import FloatArray
from lstm.decoding.stream import Study
from lstm.song.reader import Reader, padded
from lstm.training.marks import agreement
from lstm.training.reader_teaching import (
    Group,
    TeachingSettings,
    initial_weights,
    loss_and_gradients,
    teach,
)

SMALL = TeachingSettings(embedding=3, hidden=4, channels=5, features=6)
RNG = np.random.default_rng(1)


def line(N: int, V: int = 9, H: int = 7) -> Study:
    return Study(RNG.integers(1, V, N), RNG.standard_normal((N, H)), -RNG.random(N), RNG.random(N))


def test_every_gradient_is_the_numeric_one() -> None:
    lines = [line(4), line(2), line(6), line(3), line(5)]
    weights = {
        name: array.astype(np.float64) + 0.05 * RNG.standard_normal(array.shape)
        for name, array in initial_weights(SMALL, RNG.standard_normal((9, 5)), 7, RNG).items()
    }
    weights["scores.weight"] = RNG.standard_normal(2)
    batch, wanted, group_of = padded(lines), RNG.random(5), np.array([0, 0, 1, 1, 1])
    scores = RNG.standard_normal((5, 2))
    keep = (0.5 + RNG.random((5, 6, 10)), 0.5 + RNG.random((5, 6, 5)), 0.5 + RNG.random((5, 6)))

    def loss() -> float:
        return loss_and_gradients(weights, batch, scores, wanted, group_of, keep)[0]

    _, gradients = loss_and_gradients(weights, batch, scores, wanted, group_of, keep)
    for name, array in weights.items():
        for place in RNG.choice(array.size, min(12, array.size), replace=False):
            kept = array.flat[place]
            array.flat[place] = kept + 1e-6
            above = loss()
            array.flat[place] = kept - 1e-6
            below = loss()
            array.flat[place] = kept
            np.testing.assert_allclose(gradients[name].flat[place], (above - below) / 2e-6, atol=1e-7, err_msg=name)


def test_a_line_is_marked_alike_alone_and_beside_longer_ones() -> None:
    reader = Reader(initial_weights(SMALL, RNG.standard_normal((9, 5)), 7, RNG))
    lines = [line(3), line(8)]
    np.testing.assert_allclose(reader.marks(lines)[0], reader.marks(lines[:1])[0], rtol=1e-5)


def groups_of(count: int) -> list[Group]:
    """Marks that say whether a line has unit 3 and what its one other score is, and depend on the group besides."""
    groups = []
    for _ in range(count):
        lines = [line(int(RNG.integers(3, 9))) for _ in range(6)]
        scores = RNG.standard_normal((6, 1))
        has = np.array([float((each.units == 3).any()) for each in lines])
        groups.append(Group(lines, scores, 2 * has + scores[:, 0] + 5 * RNG.random()))
    return groups


def agreement_of(marks: list[FloatArray], groups: list[Group]) -> float:
    return agreement(marks, [group.marks for group in groups])


def test_it_learns_what_can_be_told_from_units_and_scores_whatever_the_group() -> None:
    groups = groups_of(140)
    taught = teach(groups[:100], RNG.standard_normal((9, 5)), TeachingSettings(epochs=40))
    held_out = groups[100:]
    assert agreement_of([taught.marks(group) for group in held_out], held_out) > 0.9
    assert 0.2 < taught.scores_weight[0] < 0.65
    assert 0.3 < agreement_of([taught.reader.marks(group.lines) for group in held_out], held_out) < 0.9
