"""The cache of a song against its equation, unit by unit."""

import numpy as np
import pytest

from lstm.decoding.stream import Study
from lstm.song.cache import SHARE, SHARPNESS, Cache


def study(rng: np.random.Generator, units: list[int], H: int = 3) -> Study:
    N = len(units)
    values = rng.standard_normal((N, H)).astype(np.float32)
    return Study(np.array(units), values, -rng.random(N).astype(np.float32), np.zeros(N, np.float32))


def test_an_empty_cache_changes_nothing():
    new = study(np.random.default_rng(0), [1, 2, 3, 4])
    np.testing.assert_array_equal(Cache().log_likelihoods([new])[0], new.log_likelihoods)


def test_each_probability_has_the_share_of_what_followed_like_states():
    rng = np.random.default_rng(1)
    read = [study(rng, [7, 8, 7, 9, 7]), study(rng, [8, 6])]
    new = [study(rng, [7, 6, 5]), study(rng, [9])]
    cache = Cache()
    for each in read:
        cache.add(each)
    states, followed = np.concatenate([each.hidden for each in read]), [7, 8, 7, 9, 7, 8, 6]
    for each, found in zip(new, cache.log_likelihoods(new), strict=True):
        wanted = []
        for state, unit, nats in zip(each.hidden, each.units, each.log_likelihoods, strict=True):
            weights = [np.exp(SHARPNESS * float(state @ earlier)) for earlier in states]
            cached = sum(w for w, u in zip(weights, followed, strict=True) if u == unit) / sum(weights)
            wanted.append(np.log((1 - SHARE) * np.exp(nats) + SHARE * cached))
        assert found == pytest.approx(wanted, rel=1e-5)
