"""Adam, RMSprop, clipping and the schedule against their papers' formulas, written out plainly."""

import math
from itertools import pairwise

import numpy as np
import pytest

from lstm.network.optimiser import BLOCK, OPTIMISERS, Schedule, clip_by_global_norm


def gradients(size, steps, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=size) * 10.0 ** rng.integers(-3, 2) for _ in range(steps)]


def plain_adam(p, gradient_steps, rates, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Algorithm 1 of Kingma & Ba 2015, line by line."""
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, (g, rate) in enumerate(zip(gradient_steps, rates, strict=True), start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p - rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    return p


def plain_rmsprop(p, gradient_steps, rates, decay=0.99, epsilon=1e-8):
    """Tieleman & Hinton 2012."""
    v = np.zeros_like(p)
    for g, rate in zip(gradient_steps, rates, strict=True):
        v = decay * v + (1 - decay) * g**2
        p = p - rate * g / (np.sqrt(v) + epsilon)
    return p


PLAIN = {"adam": plain_adam, "rmsprop": plain_rmsprop}


# Sizes around the blocks that the optimisers work in.
@pytest.mark.parametrize("size", [1, 5, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_steps_equal_the_formula(name, size):
    steps, rates = gradients(size, 6), [1e-2, 3e-2, 1e-2, 1e-3, 0.0, 1e-2]
    parameters = np.linspace(-1, 1, size)
    wanted = PLAIN[name](parameters.copy(), steps, rates)
    optimiser = OPTIMISERS[name](size, np.dtype(np.float64))
    for g, rate in zip(steps, rates, strict=True):
        kept = g.copy()
        optimiser.step(parameters, g, rate)
        np.testing.assert_array_equal(g, kept)
    np.testing.assert_allclose(parameters, wanted, rtol=1e-12, atol=1e-12)
    assert optimiser.steps == 6


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_moments_are_all_that_it_remembers(name):
    kind = OPTIMISERS[name]
    steps = gradients(20, 8)
    whole, first = (kind(20, np.dtype(np.float32)) for _ in range(2))
    p = np.ones(20, np.float32)
    for g in steps[:5]:
        first.step(p, g.astype(np.float32), 0.01)
    second = kind(20, np.dtype(np.float32))
    second.steps = first.steps
    for name, moment in first.moments.items():
        second.moments[name][...] = moment
    for g in steps[5:]:
        second.step(p, g.astype(np.float32), 0.01)
    undisturbed = np.ones(20, np.float32)
    for g in steps:
        whole.step(undisturbed, g.astype(np.float32), 0.01)
    np.testing.assert_array_equal(p, undisturbed)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_it_finds_the_bottom_of_a_narrow_valley(name):
    steepness = np.array([100.0, 1.0, 0.01])
    p, optimiser = np.array([1.0, -1.0, 1.0]), OPTIMISERS[name](3, np.dtype(np.float64))
    for k in range(600):
        optimiser.step(p, steepness * p, Schedule(0.03, 0, 1).rate(k / 600))
    assert np.abs(p).max() < 1e-2


class TestClipping:
    def test_a_long_gradient_keeps_its_direction_and_gets_the_limit(self):
        gradient = np.array([3.0, 4.0])
        assert clip_by_global_norm(gradient, 1.0) == pytest.approx(5)
        np.testing.assert_allclose(gradient, [0.6, 0.8], rtol=1e-6)
        assert np.linalg.norm(gradient) <= 1.0

    def test_a_short_gradient_is_left_alone(self):
        gradient = np.array([0.3, 0.4], np.float32)
        assert clip_by_global_norm(gradient, 1.0) == pytest.approx(0.5)
        np.testing.assert_array_equal(gradient, np.array([0.3, 0.4], np.float32))

    def test_no_gradient(self):
        gradient = np.zeros(3)
        assert clip_by_global_norm(gradient, 1.0) == 0
        np.testing.assert_array_equal(gradient, 0)


class TestSchedule:
    def test_up_level_and_down(self):
        schedule = Schedule(peak=2.0, warm_up=0.1, decay=0.5)
        rates = [schedule.rate(x) for x in (0, 0.05, 0.1, 0.3, 0.5, 0.75, 1)]
        assert rates == pytest.approx([0, 1, 2, 2, 2, 1, 0])

    def test_a_floor(self):
        schedule = Schedule(peak=2.0, warm_up=0.1, decay=0.5, floor=0.25)
        rates = [schedule.rate(x) for x in (0, 0.05, 0.5, 0.75, 1)]
        assert rates == pytest.approx([0, 1, 2, 1.25, 0.5])

    def test_the_default_has_no_level_part_and_ends_at_zero(self):
        schedule = Schedule(peak=1.0)
        rates = [schedule.rate(x) for x in np.linspace(0, 1, 101)]
        assert rates.index(max(rates)) == 5
        assert max(rates) == pytest.approx(1)
        assert all(a < b for a, b in pairwise(rates[:6]))
        assert all(a > b for a, b in pairwise(rates[5:]))
        assert rates[-1] == 0

    def test_neither_warm_up_nor_decay_is_a_constant(self):
        assert {Schedule(0.5, 0, 0).rate(x) for x in (0, 0.3, 1)} == {0.5}

    def test_never_negative_beyond_the_end(self):
        assert Schedule(1.0).rate(1.5) == 0
        assert math.isclose(Schedule(1.0, warm_up=0.0, decay=1.0).rate(0.25), 0.75)
