"""A model ready to speak: what it may sing, what it weighs, where it starts."""

import numpy as np
import pytest

from lstm.model_file import Model, ModelFileError
from lstm.network import Parameters, Shape
from lstm.style import Style
from lstm.vocabulary import UNKNOWN, Vocabulary
from lstm.voice import Voice

VOCABULARY = Vocabulary([UNKNOWN, *"\nabcde"])


def make_model(config=None):
    parameters = Parameters(Shape(len(VOCABULARY), E=4, H=8, L=2))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, VOCABULARY, config or {}, {"artist": "Ann"})


def test_it_knows_what_the_model_tells():
    model = make_model({"alphabet": "abc"})
    voice = Voice(model)
    assert (voice.vocabulary, voice.config, voice.training) == (model.vocabulary, model.config, model.training)
    assert voice.newline == 1


def test_it_keeps_nothing_of_the_model_that_could_change_it():
    model = make_model()
    voice = Voice(model)
    arrays = [voice.output, voice.output_bias, *(layer.forward for layer in voice.layers), voice.layers[0].table]
    kept = [array.copy() for array in arrays]
    model.parameters.flat[...] = 0
    for array, before in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_its_memory_is_told_and_little_more_than_the_weights():
    vocabulary = Vocabulary([UNKNOWN, *map(chr, range(32, 96))])
    model = Model(Parameters(Shape(len(vocabulary), E=64, H=256, L=2)), vocabulary)
    assert 0.9 * model.nbytes < Voice(model).nbytes < 1.2 * model.nbytes


def test_it_starts_at_a_line_break_without_a_past():
    memory = Voice(make_model()).start()
    assert memory.pending == VOCABULARY.id_of("\n")
    assert memory.hidden.shape == memory.cell.shape == (2, 8)
    assert not memory.hidden.any()
    assert not memory.cell.any()


def test_only_the_artists_own_characters_may_be_sung():
    voice = Voice(make_model({"alphabet": "ca\n漢" + UNKNOWN}))
    np.testing.assert_array_equal(np.flatnonzero(voice.sung), VOCABULARY.encode("\nac"))
    np.testing.assert_array_equal(voice.sung_bias == 0, voice.sung)
    assert set(voice.sung_bias[~voice.sung]) == {-np.inf}


@pytest.mark.parametrize("alphabet", [None, "", 7, ["a"], "漢字", UNKNOWN, UNKNOWN + "漢"])
def test_without_a_usable_alphabet_all_but_the_unknown_may(alphabet):
    voice = Voice(make_model({} if alphabet is None else {"alphabet": alphabet}))
    assert voice.sung.tolist() == [False] + [True] * 6


def test_the_style_is_the_models_or_nobodys():
    style = Style.of("one two\nthree four\n\nfive six\nseven\n" * 9).to_json()
    assert Voice(make_model({"style": style})).style.to_json() == style
    for stored in (None, 3, []):
        assert Voice(make_model({"style": stored})).style.to_json() == Style.of("").to_json()


@pytest.mark.parametrize("stored", [{}, {"x": 1}])
def test_a_damaged_style_is_a_sentence(stored):
    with pytest.raises(ModelFileError, match=r"style of its artist is damaged.*\."):
        _ = Voice(make_model({"style": stored})).style
