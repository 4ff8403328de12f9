"""How frequent units are, and what temperature then sharpens."""

import numpy as np
import pytest

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model.model_file import Model
from lstm.network.parameters import Parameters, Shape
from lstm.song.frequencies import UNITS, Frequencies, log_frequencies_of
from lstm.song.singer import Singer
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from lstm.training.base_model import load_base

VOCABULARY = Vocabulary([UNKNOWN, *"\nab", "ab"], [("a", "b")])
Q = np.array([0.05, 0.2, 0.5, 0.15, 0.1])


def softmax(logits):
    p = np.exp(logits - logits.max())
    return p / p.sum()


@pytest.mark.parametrize("temperature", [0.25, 0.5, 0.9])
@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_temperature_is_applied_to_what_the_song_says_more_than_to_frequency(share, temperature):
    """p_T(u) ~ q(u)^share (p(u) / q(u)^share)^(1/T), a line end apart."""
    p = np.array([0.01, 0.3, 0.2, 0.3, 0.19])
    frequencies = Frequencies(np.log(Q), VOCABULARY)
    sampled = softmax((np.log(p) + frequencies.tilt(share, temperature)) / temperature)
    others = [0, 2, 3, 4]
    wanted = Q**share * (p / Q**share) ** (1 / temperature)
    np.testing.assert_allclose(
        sampled[others] / sampled[others].sum(), wanted[others] / wanted[others].sum(), rtol=1e-5
    )
    assert frequencies.tilt(share, temperature)[VOCABULARY.id_of("\n")] == 0


@pytest.mark.parametrize("temperature", [1.0, 1.4])
def test_from_temperature_one_on_nothing_is_tilted(temperature):
    assert not Frequencies(np.log(Q), VOCABULARY).tilt(0.5, temperature).any()


def test_a_line_of_frequent_units_is_above_the_mean_and_typical_text_at_it():
    frequencies = Frequencies(np.log(Q), VOCABULARY)
    assert frequencies.beyond_mean(np.array([2, 2, 2])) > 0 > frequencies.beyond_mean(np.array([3, 3, 3]))
    text = np.random.default_rng(0).choice(5, 40_000, p=Q)
    assert frequencies.beyond_mean(text) / len(text) == pytest.approx(0, abs=0.02)


def test_the_mean_of_what_a_voice_expects_is_what_it_sings():
    """Units of a small network in many sampled songs are as frequent as it expects on average."""
    parameters = Parameters(Shape(len(VOCABULARY), E=4, H=8, L=2))
    parameters.flat[...] = np.random.default_rng(3).normal(size=parameters.flat.size)
    voice = Voice(Model(parameters, VOCABULARY))
    found = np.exp(log_frequencies_of(voice).astype(np.float64))
    nothing = np.empty(0, np.int32)
    streams = [Stream(voice.start(), nothing, np.random.default_rng(k), last=0, limit=UNITS) for k in range(400)]
    StreamBatch(voice).run(streams)
    counts = np.bincount(np.concatenate([stream.sampled for stream in streams]), minlength=len(VOCABULARY))
    np.testing.assert_allclose(found, counts / counts.sum(), atol=0.04)
    assert found[0] == pytest.approx(1e-8)
    np.testing.assert_array_equal(log_frequencies_of(voice), log_frequencies_of(voice))


def test_a_singer_that_reads_subwords_tilts_its_lines_and_another_does_not():
    base = load_base()
    assert base is not None
    singer = Singer(base)
    tilt = singer.tilt(0.5, 0.5)
    assert singer.tilt(0.5, 0.5) is tilt
    assert singer.tilt(0.5, 0.6) is not tilt
    know, the = (base.vocabulary.id_of(unit) for unit in (" know", " the"))
    assert tilt.sung[know] > tilt.sung[the] > 0
    assert np.isneginf(tilt.sung[~singer.voice.sung]).all()
    characters = Vocabulary([UNKNOWN, *"\nab"])
    plain = Singer(Model(Parameters(Shape(len(characters), E=4, H=8, L=1)), characters))
    assert plain.frequencies is None
    np.testing.assert_array_equal(plain.tilt(0.5, 0.5).sung, plain.voice.sung_bias)


def test_few_temperatures_are_remembered():
    base = load_base()
    assert base is not None
    singer = Singer(base)
    for k in range(100):
        singer.tilt(0.5, k / 100)
    assert len(singer._tilts) <= 16
