"""Packed weights: what may be sung, how large they are, where a stream starts."""

from dataclasses import replace

import numpy as np
import pytest

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model.model_file import Model
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.likelihood import Likelihood
from lstm.network.parameters import Parameters, Shape
from lstm.text.plans import PLAN_END
from lstm.text.vocabulary import UNKNOWN, Vocabulary

VOCABULARY = Vocabulary([UNKNOWN, *"\nabcde"])


def make_model(config=None):
    parameters = Parameters(Shape(len(VOCABULARY), E=4, H=8, L=2))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, VOCABULARY, ArtistProfile.from_json(config or {}), TrainingRecord(artist="Ann"))


def test_it_knows_what_the_model_says():
    model = make_model({"alphabet": "abc"})
    voice = Voice(model)
    assert (voice.vocabulary, voice.shape) == (model.vocabulary, model.shape)
    assert voice.newline == 1


def test_it_keeps_nothing_of_the_model_that_could_change_it():
    model = make_model()
    voice = Voice(model)
    arrays = [
        voice.packed.table,
        voice.output_bias,
        *voice.biases,
        *(weights.array for weights in voice.packed.products),
    ]
    kept = [array.copy() for array in arrays]
    model.parameters.flat[...] = 0
    for array, before in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_its_size_is_little_more_than_the_weights():
    vocabulary = Vocabulary([UNKNOWN, *map(chr, range(32, 96))])
    model = Model(Parameters(Shape(len(vocabulary), E=64, H=256, L=2)), vocabulary)
    assert 0.9 * model.weights.flat.nbytes < Voice(model).nbytes < 1.2 * model.weights.flat.nbytes


def test_it_starts_at_a_line_break_with_a_zero_state():
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


class TestSubwords:
    UNITS = (UNKNOWN, *"\n abc", "ab", " ab", "bc", "abc")

    def voice(self, alphabet=None):
        vocabulary = Vocabulary(self.UNITS, [("a", "b"), (" ", "ab"), ("b", "c"), ("ab", "c")])
        model = Model(Parameters(Shape(len(vocabulary), E=4, H=8, L=1)), vocabulary)
        return Voice(replace(model, profile=ArtistProfile(alphabet)))

    def sung(self, voice):
        return {unit for unit, is_sung in zip(self.UNITS, voice.sung, strict=True) if is_sung}

    def test_only_units_of_the_artists_characters_may_be_sung(self):
        assert self.sung(self.voice("ab\n")) == {"\n", "a", "b", "ab"}
        assert self.sung(self.voice("ab\n é" + UNKNOWN)) == {"\n", " ", "a", "b", "ab", " ab"}
        assert self.sung(self.voice()) == set(self.UNITS) - {UNKNOWN}

    def allowed(self, bias):
        assert bias.dtype == np.float32
        assert set(bias.tolist()) <= {0, -np.inf}
        return {unit for unit, value in zip(self.UNITS, bias, strict=True) if value == 0}

    def test_of_the_units_that_are_sung_those_that_fit_are_allowed(self):
        def has_b(unit):
            return "b" in unit

        voice = self.voice("ab\n")
        assert self.allowed(voice.bias_for(has_b)) == {"b", "ab"}
        assert voice.bias_for(has_b) is voice.bias_for(has_b)
        assert self.allowed(self.voice().bias_for(has_b)) == {"b", "ab", " ab", "bc", "abc"}

    def test_where_none_fits_all_that_are_sung_are_allowed(self):
        voice = self.voice("ab\n")
        assert self.allowed(voice.bias_for(lambda unit: unit == "c")) == self.sung(voice)


class TestMarks:
    UNITS = (UNKNOWN, *"\n ,ab'", PLAN_END, "\x1d", "ab", " ab", " ,")

    def voice(self, alphabet=None):
        vocabulary = Vocabulary(self.UNITS, [("a", "b"), (" ", "ab"), (" ", ",")])
        model = Model(Parameters(Shape(len(vocabulary), E=4, H=8, L=1)), vocabulary)
        return Voice(replace(model, profile=ArtistProfile(alphabet)))

    def allowed(self, bias):
        return {unit for unit, value in zip(self.UNITS, bias, strict=True) if value == 0}

    @pytest.mark.parametrize("alphabet", [None, "\n ,ab'"])
    def test_marks_are_never_sung(self, alphabet):
        assert self.allowed(self.voice(alphabet).sung_bias) == set(self.UNITS) - {UNKNOWN, PLAN_END, "\x1d"}


@pytest.mark.parametrize("in_tiles", [True, False])
def test_with_many_units_the_embedding_is_multiplied_instead_of_looked_up(monkeypatch, in_tiles):
    monkeypatch.setattr("lstm.network.gemm.layout", lambda: "tiles" if in_tiles else "whole")
    model = make_model()
    ids = model.vocabulary.encode("\nab ca\nbcab ba")
    wanted = -Likelihood(model.parameters).nats(ids)
    small = Voice(model)
    monkeypatch.setattr("lstm.decoding.weights.LARGE_TABLE", 1)
    large = Voice(model)
    assert small.packed.table is not None
    assert large.packed.table is None
    for voice in (small, large):
        for B in (1, 2, 7, 9):
            streams = [Stream(voice.start(), ids[1:]) for _ in range(B)]
            StreamBatch(voice).run(streams)
            assert [stream.nats for stream in streams] == pytest.approx([wanted] * B, rel=1e-4)
