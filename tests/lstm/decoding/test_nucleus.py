"""Choosing a unit: the frequencies of many draws, and the edge cases of temperature, nucleus and rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.decoding import nucleus
from lstm.decoding.nucleus import pick_each, pick_one

LOGITS = np.log(np.array([0.05, 0.4, 0.2, 0.1, 0.25], np.float32))
LOGITS -= LOGITS.max()
ALMOST_ONE = float(np.nextafter(np.float32(1), np.float32(0)))


def frequencies(logits, temperature, top_p, draws=20_000):
    """Share of each unit among evenly spaced uniform numbers: what `pick_one` and `pick_each` agree on."""
    uniform = ((np.arange(draws) + 0.5) / draws).astype(np.float32)
    rows = np.tile(logits, (draws, 1))
    picked = pick_each(rows, np.full(draws, 1 / temperature, np.float32), np.full(draws, top_p, np.float32), uniform)
    some = range(0, draws, 97)
    assert [picked[k] for k in some] == [pick_one(logits, 1 / temperature, top_p, float(uniform[k])) for k in some]
    return np.bincount(picked, minlength=len(logits)) / draws


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 1.5])
def test_without_a_nucleus_it_is_the_softmax(temperature):
    p = np.exp(LOGITS.astype(float) / temperature)
    np.testing.assert_allclose(frequencies(LOGITS, temperature, 1.0), p / p.sum(), atol=2e-4)


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.0, [1]), (0.05, [1]), (0.39, [1]), (0.41, [1, 4]), (0.84, [1, 2, 4]), (0.94, [1, 2, 3, 4])]
)
def test_the_nucleus_is_the_fewest_that_reach_the_share(top_p, kept):
    p = np.zeros(5)
    p[kept] = np.exp(LOGITS)[kept]
    np.testing.assert_allclose(frequencies(LOGITS, 1.0, top_p), p / p.sum(), atol=2e-4)


def test_the_nucleus_is_that_of_the_temperature():
    assert set(np.flatnonzero(frequencies(LOGITS, 0.3, 0.6))) == {1}
    assert set(np.flatnonzero(frequencies(LOGITS, 1.5, 0.6))) == {1, 2, 4}


def test_what_is_never_sung_is_never_picked_however_likely():
    logits = np.array([-np.inf, -60, -61, -np.inf], np.float32)  # the likeliest, with 0, is among the forbidden
    for temperature in (0.1, 1.0):
        for top_p in (0.05, 0.9, 1.0):
            assert set(np.flatnonzero(frequencies(logits, temperature, top_p, 2_000))) <= {1, 2}


@pytest.mark.parametrize("uniform", [0.0, ALMOST_ONE])
def test_the_ends_of_the_uniform_number_pick_something_possible(uniform):
    logits = np.array([-np.inf, -200, 0, -1, -200, -np.inf], np.float32)
    for top_p in (0.5, 0.9999999, 1.0):
        wanted = 3 if uniform == 0 and top_p != 0.5 else 2  # the least probable comes first
        assert pick_one(logits, 1.0, top_p, uniform) == wanted
        arguments = [np.array([x], np.float32) for x in (1.0, top_p, uniform)]
        assert pick_each(logits[None], *arguments) == [wanted]


@given(
    st.lists(st.one_of(st.floats(-90, 0, width=32), st.just(-np.inf)), min_size=1, max_size=12),
    st.floats(0.1, 1.5),
    st.floats(0, 1),
    st.floats(0, ALMOST_ONE, width=32),
)
def test_only_the_possible_is_picked(values, temperature, top_p, uniform):
    logits = np.array(values, np.float32)
    if not np.isfinite(logits).any():
        logits[-1] = 0
    one = pick_one(logits, 1 / temperature, top_p, uniform)
    arguments = [np.array([x, x], np.float32) for x in (1 / temperature, top_p, uniform)]
    first, second = pick_each(np.stack([logits, logits]), *arguments)
    assert first == second
    assert np.isfinite(logits[[one, first]]).all()


@pytest.mark.parametrize("top_p", [0.0, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("V", [97, 127, 128, 300, 1024])
def test_rows_of_any_length_are_picked_from_as_single_ones_are(V, top_p):
    rng = np.random.default_rng(V)
    logits = np.float32(3) * rng.standard_normal((40, V), np.float32)
    logits[rng.random(logits.shape) < 0.1] = -np.inf
    uniform = rng.random(40, np.float32)
    picked = pick_each(logits, np.full(40, 1.25, np.float32), np.full(40, top_p, np.float32), uniform)
    alone = [pick_one(row, 1.25, top_p, float(u)) for row, u in zip(logits, uniform, strict=True)]
    assert (picked == alone).mean() >= 0.95  # all but those at the edge of the nucleus or between two units
    assert np.isfinite(logits[np.arange(40), picked]).all()


@pytest.mark.parametrize("scale", [0, 1, 4])
def test_leaving_out_the_improbable_of_many_changes_nothing(monkeypatch, scale):
    rng = np.random.default_rng(1)
    logits = np.float32(scale) * rng.standard_normal((500, 64), np.float32)
    logits[:, ::9] = -np.inf
    temperature, top_p = rng.uniform(0.5, 2, 500).astype(np.float32), rng.uniform(0.2, 0.999, 500).astype(np.float32)
    uniform = rng.random(500, np.float32)
    plain = pick_each(logits, temperature, top_p, uniform)
    monkeypatch.setattr(nucleus, "LARGE", 2)
    assert (pick_each(logits, temperature, top_p, uniform) == plain).mean() >= 0.98


@pytest.mark.parametrize("V", [12, 600])
def test_equally_likely_units_are_picked_equally_often(V):
    logits = np.full(V, -30, np.float32)
    logits[[1, 5, 6, 11]] = 0
    np.testing.assert_allclose(frequencies(logits, 1.0, 0.99)[[1, 5, 6, 11]], 0.25, atol=2e-4)
    assert set(np.flatnonzero(frequencies(logits, 1.0, 0.7))) < {1, 5, 6, 11}
