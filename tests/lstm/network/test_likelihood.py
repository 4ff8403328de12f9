"""The measure of quality against the reference, and parallel streams against the exact figure."""

import math

import numpy as np
import pytest

from lstm.network.likelihood import LEAD_IN, Likelihood, bits_of_texts, nats_of_texts
from lstm.network.network import Network
from lstm.network.parameters import Parameters, Shape, initial_parameters
from tests.lstm import reference


def parameters(dtype=np.float64, scale=0.5):
    made = Parameters(Shape(V=6, E=3, H=4, L=2), dtype)
    made.flat[...] = scale * np.random.default_rng(0).normal(size=made.flat.size)
    return made


def text(size, V=6):
    return np.random.default_rng(1).integers(V, size=size).astype(np.int32)


def exact(p, ids):
    """Nats of ids[1:] by the reference, from a zero state."""
    zeros = np.zeros((p.shape.L, p.shape.H, 1))
    return reference.run(dict(p.items()), ids[:-1, None], ids[1:, None], zeros, zeros).nats.sum()


@pytest.mark.parametrize("size", [2, 3, 64, 65, 66, 150])
def test_one_stream_is_exact_over_chunks_of_any_length(size):
    p, ids = parameters(), text(size)
    likelihood = Likelihood(p)
    assert likelihood.nats(ids) == pytest.approx(exact(p, ids), rel=1e-12)
    assert likelihood.bits_per_character(ids) == pytest.approx(exact(p, ids) / (size - 1) / math.log(2), rel=1e-12)
    assert likelihood.nats(ids) == likelihood.nats(ids), "nothing is kept from text to text"


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_to_predict(size):
    assert Likelihood(parameters()).nats(text(size)) == 0
    assert Likelihood(parameters(), 4).bits_per_character(text(size)) == 0


@pytest.mark.parametrize("streams", [2, 3, 7])
@pytest.mark.parametrize("size", [5, 97, 500, 1001])
def test_parallel_streams_count_every_character_once(streams, size):
    p = parameters(scale=0)  # a network without memory: the cut cannot matter
    p["output.bias"] = np.log(np.array([0.3, 0.25, 0.2, 0.15, 0.07, 0.03]))
    ids = text(size)
    wanted = -p["output.bias"][ids[1:]].sum()
    assert Likelihood(p, streams).nats(ids) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("streams", [2, 5])
def test_parallel_streams_are_close_to_the_exact_figure(streams):
    p, ids = parameters(), text(1200)
    near = Likelihood(p, streams, T=32).bits_per_character(ids)
    assert near == pytest.approx(Likelihood(p).bits_per_character(ids), abs=0.002)


def test_a_lead_in_of_the_whole_past_makes_streams_exact_but_for_the_first():
    p, ids = parameters(), text(2 * LEAD_IN + 1)
    # Two streams of LEAD_IN characters each: the second has read all that came before, from a zero state.
    first = exact(p, ids[: LEAD_IN + 1])
    second = exact(p, ids) - first
    measured = Likelihood(p, 2).nats(ids)
    padded = np.concatenate([np.full(LEAD_IN, ids[0]), ids[: LEAD_IN + 1]])
    warmed_up = exact(p, padded) - exact(p, padded[: LEAD_IN + 1])
    assert measured == pytest.approx(warmed_up + second, rel=1e-12)


def test_it_measures_the_parameters_as_they_are_now():
    p = initial_parameters(Shape(V=6, E=3, H=4, L=1), np.random.default_rng(0))
    likelihood, ids = Likelihood(p), text(50)
    before = likelihood.nats(ids)
    p["output.bias"] = np.array([3, 0, 0, 0, 0, 0])
    assert likelihood.nats(ids) != before
    assert likelihood.nats(ids) == pytest.approx(exact(p, ids), rel=1e-5)


class TestLengths:
    LENGTHS = np.array([1, 1, 2, 3, 5, 8], np.int32)

    @pytest.mark.parametrize("size", [2, 3, 65, 150])
    def test_bits_are_those_of_a_character_that_the_units_hold(self, size):
        p, ids = parameters(), text(size)
        characters = sum(int(self.LENGTHS[k]) for k in ids[1:])
        likelihood = Likelihood(p, lengths=self.LENGTHS)
        assert likelihood.bits_per_character(ids) == pytest.approx(exact(p, ids) / characters / math.log(2), rel=1e-12)
        assert likelihood.nats(ids) == Likelihood(p).nats(ids)

    @pytest.mark.parametrize("streams", [2, 7])
    def test_so_they_are_with_parallel_streams(self, streams):
        p, ids = parameters(), text(500)
        near = Likelihood(p, streams, lengths=self.LENGTHS)
        wanted = near.nats(ids) / self.LENGTHS[ids[1:]].sum() / math.log(2)
        assert near.bits_per_character(ids) == pytest.approx(wanted, rel=1e-12)

    def test_what_is_not_predicted_is_not_counted(self):
        p, ids = parameters(scale=0), np.array([5, 0, 2], np.int32)
        assert Likelihood(p, lengths=self.LENGTHS).bits_per_character(ids) == pytest.approx(2 * math.log2(6) / 3)

    def test_units_of_one_character_are_the_same_with_them_and_without(self):
        p, ids = parameters(), text(100)
        ones = Likelihood(p, lengths=np.ones(6, np.int32))
        assert ones.bits_per_character(ids) == Likelihood(p).bits_per_character(ids)

    @pytest.mark.parametrize("size", [0, 1])
    def test_nothing_to_predict(self, size):
        assert Likelihood(parameters(), lengths=self.LENGTHS).bits_per_character(text(size)) == 0


@pytest.mark.parametrize("B", [1, 3, 8])
def test_texts_side_by_side_are_exact(B):
    p = parameters()
    texts = [text(150)[start : start + size] for start, size in ((0, 40), (7, 1), (9, 90), (20, 2), (30, 17), (50, 33))]
    wanted = sum(exact(p, ids) for ids in texts if len(ids) > 1)
    assert nats_of_texts(Network(p, 16, B), texts) == pytest.approx(wanted, rel=1e-12)
    assert nats_of_texts(Network(p, 16, B), []) == 0
    lengths = np.arange(1, p.shape.V + 1)
    characters = sum(lengths[ids[1:]].sum() for ids in texts)
    assert bits_of_texts(Network(p, 16, B), texts, lengths) == pytest.approx(wanted / math.log(2) / characters)
    assert bits_of_texts(Network(p, 16, B), [], lengths) == 0
