"""Following a recipe: it learns, and continues from a checkpoint bit for bit."""

import math
from dataclasses import replace
from itertools import count, islice

import numpy as np
import pytest

from lstm.network.likelihood import Likelihood
from lstm.training.errors import CheckpointError
from lstm.training.pretraining.reading import Reading, initial_weights
from lstm.training.pretraining.recipe import read_recipe
from lstm.training.pretraining.training import Pretraining
from tests.lstm import recipes

IDENTITY = {"recipe": {"a": [1, 2.5]}, "share": 1.0}


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    path, corpora = recipes.write(tmp_path_factory.mktemp("pretraining"))
    return Reading(read_recipe(path), corpora)


def begin(reading):
    return Pretraining(reading, initial_weights(reading.recipe, reading), clock=count().__next__)


def finish(pretraining):
    """Everything that must be the same, to the bit."""
    for _ in pretraining.run():
        pass
    curve = [replace(point, seconds=0) for point in pretraining.curve]
    return pretraining.parameters.flat.tobytes(), curve, replace(pretraining.seen, seconds=0)


@pytest.fixture(scope="module")
def undisturbed(reading):
    return finish(begin(reading))


def test_it_learns_and_measures_as_often_as_the_recipe_says(reading, undisturbed):
    pretraining = begin(reading)
    points = [point for point in pretraining.run() if point is not None]
    assert len(points) == 2 * reading.recipe.evaluations
    assert points == pretraining.curve
    assert points[-1].validation_bits_per_character < points[0].validation_bits_per_character - 0.1
    assert pretraining.progress == 1
    assert pretraining.updates == 40 + reading.updates(reading.recipe.runs[1])
    lengths = reading.vocabulary.lengths
    nats = sum(Likelihood(pretraining.parameters).nats(song) for song in reading.validation)
    bits = nats / math.log(2) / sum(int(lengths[song[1:]].sum()) for song in reading.validation)
    assert points[-1].validation_bits_per_character == pytest.approx(bits, rel=1e-5)


# In each stage and run, at their ends, and at the end of everything.
@pytest.mark.parametrize("stop", [1, 7, 13, 23, 24, 25, 39, 40, 41, 55, -1])
def test_a_checkpoint_continues_as_if_nothing_had_happened(reading, undisturbed, stop):
    first = begin(reading)
    for _ in islice(first.run(), None if stop == -1 else stop):
        pass
    second = begin(reading)
    second.parameters.flat[...] = 0
    second.restore(first.checkpoint(IDENTITY), IDENTITY)
    assert second.updates == first.updates
    assert second.progress == first.progress
    assert finish(second) == undisturbed


def test_a_checkpoint_of_something_else_is_refused(reading):
    pretraining = begin(reading)
    next(pretraining.run())
    saved = pretraining.checkpoint(IDENTITY)
    with pytest.raises(CheckpointError, match="another recipe"):
        begin(reading).restore(saved, IDENTITY | {"share": 0.5})
    damaged = bytearray(saved)
    damaged[-1] ^= 1
    for data in (b"", saved[:-7], bytes(damaged)):
        with pytest.raises(CheckpointError, match="damaged"):
            begin(reading).restore(data, IDENTITY)


def test_the_clock_changes_nothing(reading, undisturbed):
    slow = Pretraining(reading, initial_weights(reading.recipe, reading), clock=count(0, 1000).__next__)
    assert finish(slow) == undisturbed
    assert slow.curve[-1].seconds > 1000
    assert np.isfinite(slow.parameters.flat).all()
