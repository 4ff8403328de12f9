"""How frequent units are, and what temperature then sharpens."""

import numpy as np
import pytest

from lstm.song.frequencies import Frequencies, count, log_frequencies_of
from lstm.song.singer import Singer
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from lstm.training.base_model import load_base

VOCABULARY = Vocabulary([UNKNOWN, *"\nab", "ab"], [("a", "b")])
Q = np.array([0.05, 0.2, 0.5, 0.15, 0.1])


def softmax(logits):
    p = np.exp(logits - logits.max())
    return p / p.sum()


def test_frequencies_are_the_shares_of_units():
    counted = np.exp(count([np.array([1, 2, 2, 3]), np.array([2])], VOCABULARY))
    np.testing.assert_allclose(counted, np.array([0.5, 1.5, 3.5, 1.5, 0.5]) / 7.5, rtol=1e-6)


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


def test_those_of_the_shipped_base_are_found_by_its_hash():
    base = load_base()
    assert base is not None
    assert base.sha256
    found = log_frequencies_of(base.sha256)
    assert found is not None
    assert found.shape == (len(base.vocabulary),)
    assert np.exp(found.astype(np.float64)).sum() == pytest.approx(1, abs=0.01)
    assert found[base.vocabulary.id_of(" the")] > found[base.vocabulary.id_of(" know")] > -9
    assert log_frequencies_of("0" * 64) is None


def test_a_singer_tilts_its_lines_and_one_without_frequencies_does_not(monkeypatch):
    base = load_base()
    assert base is not None
    singer = Singer(base)
    tilt = singer.tilt(0.5, 0.5)
    assert singer.tilt(0.5, 0.5) is tilt
    assert singer.tilt(0.5, 0.6) is not tilt
    know, the = (base.vocabulary.id_of(unit) for unit in (" know", " the"))
    assert tilt.sung[know] > tilt.sung[the] > 0
    assert np.isneginf(tilt.sung[~singer.voice.sung]).all()
    monkeypatch.setattr("lstm.song.singer.log_frequencies_of", lambda _: None)
    plain = Singer(base)
    np.testing.assert_array_equal(plain.tilt(0.5, 0.5).sung, plain.voice.sung_bias)


def test_few_temperatures_are_remembered():
    base = load_base()
    assert base is not None
    singer = Singer(base)
    for k in range(100):
        singer.tilt(0.5, k / 100)
    assert len(singer._tilts) <= 16
