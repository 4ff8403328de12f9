"""Batches: the mixture that was asked for, in an order that depends on nothing but the seed and the position."""

from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest

from lstm.text.plans import PLAN_END
from lstm.training.pretraining.reading import Reading, ReadingPosition, batches, initial_weights
from lstm.training.pretraining.recipe import RecipeError, read_recipe
from tests.lstm import recipes


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    path, corpora = recipes.write(tmp_path_factory.mktemp("pretraining"))
    return Reading(read_recipe(path), corpora)


def told(batch):
    return batch.position, batch.after, batch.stage, batch.rate, batch.inputs.tobytes(), batch.targets.tobytes()


def test_stages_follow_each_other_with_their_schedules(reading):
    read = list(batches(reading.recipe, reading))
    trunk = [batch for batch in read if batch.run.name == "trunk"]
    assert [batch.stage for batch in trunk] == ["broad"] * 24 + ["songs"] * 16
    assert read[len(trunk)].run.name == "final"
    assert [batch.begins_run for batch in read].index(True, 1) == 40
    assert read[24].begins_pass
    assert len(read) - 40 == reading.updates(reading.recipe.runs[1])
    assert trunk[-1].rate == pytest.approx(2e-2 * (0.2 + 0.8 * 0.05))
    assert read[-1].rate < 2e-3
    for batch in read:
        assert batch.inputs.shape == batch.targets.shape
        assert batch.inputs.shape[1] == batch.run.batch
        assert 1 <= len(batch.inputs) <= batch.run.unroll
        np.testing.assert_array_equal(batch.inputs[1:], batch.targets[:-1])
    for before, after in pairwise(read):
        if not after.begins_pass:
            np.testing.assert_array_equal(before.targets[-1], after.inputs[0])


def test_reading_continues_at_any_position(reading):
    read = list(batches(reading.recipe, reading))
    wanted = [told(batch) for batch in read]
    for k in (0, 5, 23, 24, 39, 40, len(read) - 2):
        assert [told(batch) for batch in batches(reading.recipe, reading, start=read[k].after)] == wanted[k + 1 :]
    assert list(batches(reading.recipe, reading, start=read[-1].after)) == []


def test_a_share_shortens_each_run(reading):
    read = list(batches(reading.recipe, reading, 0.1))
    assert [batch.stage for batch in read] == ["broad"] * 2 + ["songs"] * 2 + ["end"] * (len(read) - 4)


def test_another_seed_is_another_order(reading):
    other = replace(reading.recipe, order_seed=3)
    first, second = (next(batches(recipe, reading)) for recipe in (reading.recipe, other))
    assert first.inputs.tobytes() != second.inputs.tobytes()


def test_a_pass_has_each_text_as_often_as_its_weight_says(reading):
    mark = reading.vocabulary.id_of(PLAN_END)
    rng = np.random.default_rng(5)
    passes = [reading.one_pass({"songs": 2.0}, rng) for _ in range(50)]
    units = np.mean([len(one.ids) for one in passes])
    assert units == pytest.approx(2 * reading.units("songs"), rel=0.02)
    lines = np.mean([np.sum(one.ids == mark) for one in passes])
    assert lines == pytest.approx(2 * 0.7 * 21 * 4, rel=0.05)
    text = reading.vocabulary.decode(passes[0].ids)
    assert passes[0].characters == sum(
        len(line.rpartition(PLAN_END)[2]) + 1 for line in text.removesuffix("\n").split("\n")
    )
    prose = reading.one_pass({"tales": 1.0}, rng)
    assert mark not in prose.ids


def test_too_little_text_is_an_error_and_no_endless_loop(reading):
    recipe = replace(reading.recipe, runs=(replace(reading.recipe.runs[0], batch=4000),))
    with pytest.raises(RecipeError, match=r"runs\[0\]\.stages\[0\]: too little text for 4000 streams"):
        next(batches(recipe, reading))
    weights = replace(reading.recipe.runs[0].stages[0], weights={"songs": 1e-9})
    recipe = replace(recipe, runs=(replace(reading.recipe.runs[0], stages=(replace(weights, share=1.0),)),))
    with pytest.raises(RecipeError, match="too little text"):
        next(batches(recipe, reading))


def test_the_first_weights_follow_from_the_seed_and_know_the_units(reading):
    weights = initial_weights(reading.recipe, reading)
    assert weights.flat.tobytes() == initial_weights(reading.recipe, reading).flat.tobytes()
    assert weights["embedding.weight"].std() == pytest.approx(0.5, rel=0.1)
    bias = weights["output.bias"]
    assert bias[reading.vocabulary.id_of("\n")] > bias[reading.vocabulary.id_of("~")]


def test_positions_are_what_a_checkpoint_can_hold(reading):
    *_, last = islice(batches(reading.recipe, reading), 12)
    assert last.after == ReadingPosition(0, 12, last.after.passes, last.after.chunk)
