"""One step of the sampler against the plain reference, for any number of streams."""

import numpy as np
import pytest

from lstm.decoding.step import Recurrence
from lstm.decoding.weights import Memory, Voice
from lstm.model.model_file import Model
from lstm.network import gemm
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from tests.lstm import reference

VOCABULARY = Vocabulary([UNKNOWN, *"\nabcde"])


def make_model(L):
    parameters = Parameters(Shape(len(VOCABULARY), E=4, H=8, L=L))
    parameters.flat[...] = np.random.default_rng(0).normal(size=parameters.flat.size)
    return Model(parameters, VOCABULARY)


def make_memories(voice, count):
    shape = voice.shape
    states = np.random.default_rng(1).normal(size=(count, 2, shape.L, shape.H)).astype(np.float32)
    return [Memory(voice, hidden, cell, k % shape.V) for k, (hidden, cell) in enumerate(states)]


def recurrence_of(memories):
    return Recurrence(memories[0].voice.packed, []).joined_by(memories, range(len(memories)))


# With the small limit the streams of this test are multiplied in groups of two.
@pytest.mark.parametrize(("pays", "limit"), [(True, gemm.SMALL), (True, 2 * 64 * 8), (False, 0)])
@pytest.mark.parametrize("B", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("L", [1, 2, 3])
def test_steps_equal_the_reference(monkeypatch, L, B, pays, limit):
    monkeypatch.setattr(gemm, "layout", lambda: "tiles" if pays else "whole")
    monkeypatch.setattr(gemm, "SMALL", limit)
    model = make_model(L)
    memories = make_memories(Voice(model), B)
    hidden, cell = (
        np.stack([getattr(memory, part) for memory in memories], axis=2).astype(float) for part in ("hidden", "cell")
    )
    steps = recurrence_of(memories)
    for ids in np.random.default_rng(2).integers(model.shape.V, size=(4, B)):
        logits = np.empty((B, model.shape.V), np.float32)
        steps.read(ids, out=logits[0] if B == 1 else logits)
        wanted = reference.run(dict(model.parameters.items()), ids[None], ids[None], hidden, cell)
        hidden, cell = wanted.hidden, wanted.cell
        p = np.exp(logits.astype(float)).T
        np.testing.assert_allclose(p / p.sum(axis=0), wanted.probabilities[0], rtol=1e-4, atol=1e-6)
    for b in range(B):
        memory = steps.memory(b, 3)
        np.testing.assert_allclose(memory.hidden, hidden[:, :, b], atol=1e-5)
        np.testing.assert_allclose(memory.cell, cell[:, :, b], atol=1e-5)
        assert memory.pending == 3


def test_streams_come_and_go_with_their_states():
    voice = Voice(make_model(2))
    memories = make_memories(voice, 5)
    steps = recurrence_of(memories[:2]).joined_by(memories[2:], [4, 0, 1, 3, 2]).only([0, 1, 4])
    assert steps.B == 3
    for column, k in enumerate([4, 0, 2]):
        np.testing.assert_array_equal(steps.memory(column, 0).hidden, memories[k].hidden)
        np.testing.assert_array_equal(steps.memory(column, 0).cell, memories[k].cell)


def test_reading_changes_no_memory_that_was_handed_out():
    voice = Voice(make_model(2))
    for B in (1, 2):
        memories = make_memories(voice, B)
        steps = recurrence_of(memories)
        kept = steps.memory(0, 0)
        before = kept.hidden.copy()
        steps.read(np.ones(B, np.intp), out=np.empty((B, voice.shape.V) if B > 1 else voice.shape.V, np.float32))
        np.testing.assert_array_equal(kept.hidden, before)
        np.testing.assert_array_equal(memories[0].hidden, before)
        assert (steps.memory(0, 0).hidden != before).any()
