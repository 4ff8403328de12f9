"""Streams of artists that share a base are stepped in one batch, each as in a batch of its own voice."""

from dataclasses import replace

import numpy as np
import pytest

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, base_of
from lstm.model.record import ArtistProfile
from lstm.network import gemm
from lstm.network.adapters import Adapters
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import UNKNOWN, Vocabulary

VOCABULARY = Vocabulary([UNKNOWN, *"\nabcdef"])
ALPHABETS = ("abcde\n", "abc\n", "def\n")
RANKS = (3, 1, 4)
NOTHING = np.empty(0, np.int32)


def make_base(L=2, vocabulary=VOCABULARY):
    parameters = Parameters(Shape(len(vocabulary), E=4, H=8, L=L))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, vocabulary, sha256=f"{gemm.layout()} {L}")  # packed weights are shared by hash


def make_artists(base, vocabulary=VOCABULARY):
    """Models that differ in their adapters, the rank of these, and what they may sing."""
    models = []
    for k, (alphabet, rank) in enumerate(zip(ALPHABETS, RANKS, strict=True)):
        adapters = Adapters(base.shape, rank)
        adapters.flat[...] = np.random.default_rng(k + 1).normal(size=adapters.flat.size)
        models.append(Model(Adapted(base_of(base), adapters), vocabulary, ArtistProfile(alphabet)))
    return models


def make_stream(voice, k):
    """One of several kinds of streams: given and sampled, scored or not, studied, with biases of its own."""
    only_b, no_end = np.full((2, len(VOCABULARY)), -np.inf, np.float32)
    only_b[VOCABULARY.id_of("b")] = 0
    no_end[VOCABULARY.encode("abcd")] = 0
    return Stream(
        voice.start(),
        VOCABULARY.encode(("", "a", "abcd", "b\nc", "eeeeeeee")[k % 5]),
        np.random.default_rng(k),
        0.5 + 0.2 * (k % 4),
        (0.6, 0.9, 1.0)[k % 3],
        limit=0 if k % 7 == 6 else 5 + 2 * k,
        last=0 if k % 3 else None,
        bias=no_end if k % 4 == 1 else None,
        first_bias=only_b if k % 5 == 2 else None,
        is_scored=k % 6 != 3,
        is_studied=k % 6 == 4,
    )


def assert_same(stream, alone):
    assert stream.sampled == alone.sampled
    assert stream.nats == pytest.approx(alone.nats, rel=1e-4, abs=1e-4)
    assert stream.memory.voice is alone.memory.voice
    np.testing.assert_allclose(stream.memory.hidden, alone.memory.hidden, atol=1e-5)
    np.testing.assert_allclose(stream.memory.cell, alone.memory.cell, atol=1e-4)
    if stream.is_studied:
        study, wanted = stream.study(), alone.study()
        np.testing.assert_allclose(study.hidden, wanted.hidden, atol=1e-5)
        np.testing.assert_allclose(study.log_likelihoods, wanted.log_likelihoods, atol=1e-3)
        np.testing.assert_allclose(study.entropies, wanted.entropies, atol=1e-3)


@pytest.mark.parametrize("layout", gemm.LAYOUTS)
@pytest.mark.parametrize("L", [1, 2])
@pytest.mark.parametrize("artists", [2, 3])
def test_streams_that_come_and_go_are_the_same_as_in_a_batch_of_their_voice(monkeypatch, layout, L, artists):
    monkeypatch.setattr(gemm, "layout", lambda: layout)
    voices = [Voice(model) for model in make_artists(make_base(L))[:artists]]
    separate, together = ([make_stream(voices[k % artists], k) for k in range(24)] for _ in range(2))
    for voice in voices:
        StreamBatch(voice).run(stream for stream in separate if stream.voice is voice)
    passing = [make_stream(voices[k % artists], k) for k in (100, 101)]
    batch, joining, sizes = StreamBatch(voices[0]), iter(together), set()
    batch.add(passing)
    for step in range(200):
        if step % 2 == 0:
            # Two at a time in the end, so that the batch passes through sizes with padding and without.
            batch.add(stream for _ in range(1 if step < 12 else 2) if (stream := next(joining, None)))
        if step == 9:
            batch.drop(passing)
        sizes.add(len(batch))
        batch.step()
    assert len(batch) == 0
    assert sizes > set(range(2, 10))
    for stream, alone in zip(together, separate, strict=True):
        assert_same(stream, alone)


@pytest.mark.parametrize("layout", gemm.LAYOUTS)
def test_the_weights_of_the_base_are_multiplied_once_for_all_artists(monkeypatch, layout):
    monkeypatch.setattr(gemm, "layout", lambda: layout)
    voices = [Voice(model) for model in make_artists(make_base())]
    multiply, multiplied = gemm.Product.__call__, []

    def noted(product):
        multiplied.append(len(product.rows))
        multiply(product)

    monkeypatch.setattr(gemm.Product, "__call__", noted)
    batch = StreamBatch(voices[0])
    batch.add(make_stream(voice, 4) for _ in range(3) for voice in voices)
    batch.step()
    assert multiplied == [9, 9]


@pytest.mark.parametrize("layout", gemm.LAYOUTS)
@pytest.mark.parametrize("L", [1, 2])
@pytest.mark.parametrize("running", [0, 1, 9])
def test_of_memories_without_products_only_their_own_are_multiplied(monkeypatch, layout, L, running):
    monkeypatch.setattr(gemm, "layout", lambda: layout)
    voices = [Voice(model) for model in make_artists(make_base(L))]
    before = [Stream(voice.start(), VOCABULARY.encode("abcde"[k:])) for k, voice in enumerate(voices)]
    StreamBatch(voices[0]).run(before)
    memories = [stream.memory for stream in (before[2], before[0], before[1])]

    def joining(memories):
        return [Stream(each, NOTHING, np.random.default_rng(k), limit=6) for k, each in enumerate(memories)]

    wanted, stripped = joining(memories), joining([replace(each, recurrent=None) for each in memories])
    StreamBatch(voices[0]).run(wanted)
    batch = StreamBatch(voices[0])
    batch.add(make_stream(voices[k % 3], 4) for k in range(running))
    batch.step()
    multiply, multiplied = gemm.Product.__call__, []

    def noted(product):
        multiplied.append(len(product.rows))
        multiply(product)

    monkeypatch.setattr(gemm.Product, "__call__", noted)
    batch.add([*stripped[:2], Stream(voices[0].start(), VOCABULARY.encode("ab")), stripped[2]])
    assert len(multiplied) == L
    assert max(multiplied) <= 8  # three, and padding
    batch.run([])
    for stream, other in zip(stripped, wanted, strict=True):
        assert_same(stream, other)


def test_voices_of_other_weights_are_refused():
    one, other = Voice(make_base()), Voice(make_artists(make_base())[0])
    batch = StreamBatch(one)
    with pytest.raises(ValueError, match="share their packed weights"):
        batch.add([make_stream(other, 0)])
    assert len(batch) == 0


def test_an_artist_has_the_vocabulary_of_its_base():
    renamed = Vocabulary([UNKNOWN, *"\nabcdeg"])
    with pytest.raises(ValueError, match="that of its base"):
        Voice(make_artists(make_base(), renamed)[0])
