"""A few inputs for each target in every run of the tests; `make fuzz` tries many more."""

import random

import pytest

from tests.fuzz import inputs
from tests.fuzz.__main__ import fuzz
from tests.fuzz.targets import TARGETS, Target

FEW = {"whole songs": 10, "artists' songs": 2, "model files": 60, "checkpoints": 60, "corpora": 40}


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_few_inputs(target: Target) -> None:
    tried, found = fuzz(target, 60, random_seed=1, most=FEW.get(target.name, 200))
    assert found == []
    assert tried == FEW.get(target.name, 200)


def test_the_fuzzer_finds_what_is_wrong_and_can_find_it_again() -> None:
    seen: list[str] = []

    def wrong(rng: random.Random) -> None:
        seen.append(inputs.text(rng))
        assert "\0" not in seen[-1]

    target = Target("wrong", wrong, 0)
    tried, found = fuzz(target, 60, random_seed=1, most=300)
    assert tried == 300
    assert len(found) == 1
    assert "wrong, input" in found[0]
    first = list(seen)
    seen.clear()
    assert fuzz(target, 60, random_seed=1, most=300)[1][0].split(":")[0] == found[0].split(":")[0]
    assert seen == first
