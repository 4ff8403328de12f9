"""The cache of a song against its equation, unit by unit."""

import numpy as np
import pytest

from lstm.decoding.streams import Study
from lstm.song.cache import SHARE, SHARPNESS, Cache


def study(rng: np.random.Generator, units: int, H: int = 3) -> Study:
    values = rng.standard_normal((units, H)).astype(np.float32)
    return Study(values, -rng.random(units).astype(np.float32), np.zeros(units, np.float32))


def test_an_empty_cache_changes_nothing():
    new = study(np.random.default_rng(0), 4)
    np.testing.assert_array_equal(Cache().log_likelihoods(new, np.array([1, 2, 3, 4])), new.log_likelihoods)


def test_each_probability_has_the_share_of_what_followed_like_states():
    rng = np.random.default_rng(1)
    first, second, new = study(rng, 5), study(rng, 2), study(rng, 3)
    cache = Cache()
    cache.add(first, np.array([7, 8, 7, 9, 7]))
    cache.add(second, np.array([8, 6]))
    states, followed = np.concatenate([first.hidden, second.hidden]), [7, 8, 7, 9, 7, 8, 6]
    units = [7, 6, 5]
    wanted = []
    for state, unit, nats in zip(new.hidden, units, new.log_likelihoods, strict=True):
        weights = [np.exp(SHARPNESS * float(state @ earlier)) for earlier in states]
        cached = sum(w for w, u in zip(weights, followed, strict=True) if u == unit) / sum(weights)
        wanted.append(np.log((1 - SHARE) * np.exp(nats) + SHARE * cached))
    assert cache.log_likelihoods(new, np.array(units)) == pytest.approx(wanted, rel=1e-5)
