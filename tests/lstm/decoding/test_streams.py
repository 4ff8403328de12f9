"""Streams and batches: the distribution is the network's, and no song depends on which others are in progress."""

from dataclasses import replace

import numpy as np
import pytest

from lstm.decoding import stream_batch
from lstm.decoding.step import Recurrence
from lstm.decoding.stream import UNIFORMS, Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Memory, Voice
from lstm.model.model_file import Model
from lstm.model.record import ArtistProfile
from lstm.network.likelihood import Likelihood
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from tests.lstm import reference

VOCABULARY = Vocabulary([UNKNOWN, *"\nabcde"])
NEVER = 0
"""A unit that is never sampled: a stream that ends at it goes on to its limit."""


def make_model(L=1, seed=0, scale=1.0, config=None, vocabulary=VOCABULARY):
    parameters = Parameters(Shape(len(vocabulary), E=4, H=8, L=L))
    parameters.flat[...] = scale * np.random.default_rng(seed).normal(size=parameters.flat.size)
    return Model(parameters, vocabulary, ArtistProfile.from_json(config or {}))


def sample(voice, text="ab", seed=0, batch=None, **settings):
    """One stream, run to its end in its own batch or in another."""
    settings = {"limit": 40, "last": NEVER} | settings
    stream = Stream(voice.start(), voice.vocabulary.encode(text), np.random.default_rng(seed), **settings)
    (batch or StreamBatch(voice)).run([stream])
    return stream


def after(voice, model, text):
    """The memory of having read "\\n" and a text, and the probabilities (V,) of what follows, by the reference."""
    ids = model.vocabulary.encode("\n" + text)
    p, zeros = dict(model.parameters.items()), np.zeros((model.shape.L, model.shape.H, 1))
    result = reference.run(p, ids[:, None], ids[:, None], zeros, zeros)
    before = reference.run(p, ids[:-1, None], ids[:-1, None], zeros, zeros) if text else None
    hidden, cell = (before.hidden, before.cell) if before else (zeros, zeros)
    memory = Memory(voice, hidden[..., 0].astype(np.float32), cell[..., 0].astype(np.float32), int(ids[-1]))
    return memory, result.probabilities[-1, :, 0]


class TestReading:
    @pytest.mark.parametrize("L", [1, 2, 3])
    @pytest.mark.parametrize("text", ["a", "abcde\nedcba\n\n", "x unknown ones"])
    def test_nats_of_what_is_given_are_those_of_the_likelihood(self, L, text):
        model = make_model(L)
        voice = Voice(model)
        stream = Stream(voice.start(), voice.vocabulary.encode(text))
        StreamBatch(voice).run([stream])
        nats = Likelihood(model.parameters).nats(voice.vocabulary.encode("\n" + text))
        assert -stream.nats == pytest.approx(nats, rel=1e-5)
        assert stream.sampled == []
        assert stream.taken == len(text)

    @pytest.mark.parametrize("L", [1, 2])
    def test_the_memory_afterwards_is_the_networks_state(self, L):
        model = make_model(L)
        voice = Voice(model)
        stream = Stream(voice.start(), voice.vocabulary.encode("abcab"))
        StreamBatch(voice).run([stream])
        wanted, _ = after(voice, model, "abcab")
        np.testing.assert_allclose(stream.memory.hidden, wanted.hidden, atol=1e-5)
        np.testing.assert_allclose(stream.memory.cell, wanted.cell, atol=1e-5)
        assert stream.memory.pending == voice.vocabulary.id_of("b")

    def test_reading_in_pieces_is_reading_at_once(self):
        voice = Voice(make_model(2))
        whole = Stream(voice.start(), voice.vocabulary.encode("abc\nde"))
        StreamBatch(voice).run([whole])
        memory, nats = voice.start(), 0.0
        for piece in ("ab", "c", "\nde"):
            stream = Stream(memory, voice.vocabulary.encode(piece))
            StreamBatch(voice).run([stream])
            memory, nats = stream.memory, nats + stream.nats
        np.testing.assert_array_equal(memory.hidden, whole.memory.hidden)
        np.testing.assert_array_equal(memory.cell, whole.memory.cell)
        assert nats == pytest.approx(whole.nats)

    def test_a_memory_can_be_continued_any_number_of_times(self):
        voice = Voice(make_model())
        memory = sample(voice).memory
        kept = memory.hidden.copy(), memory.cell.copy()
        streams = [Stream(memory, voice.vocabulary.encode(text)) for text in ("ab", "cd\n", "e")]
        StreamBatch(voice).run(streams)
        np.testing.assert_array_equal(memory.hidden, kept[0])
        np.testing.assert_array_equal(memory.cell, kept[1])

    @pytest.mark.parametrize("L", [1, 2])
    def test_streams_of_one_memory_read_its_last_unit_together(self, monkeypatch, L):
        voice = Voice(make_model(L))
        memory, encode, nothing = sample(voice, "ab").memory, voice.vocabulary.encode, np.empty(0, np.int32)
        copies, other = [replace(memory) for _ in range(9)], sample(voice, "ce", seed=5).memory

        def streams(memories):
            texts = [encode("ab"), encode("c"), encode("d\n"), *[nothing] * 6]
            return [
                Stream(each, text, np.random.default_rng(k), limit=20 if k > 2 else 0, is_studied=k % 2 == 0)
                for k, (each, text) in enumerate(zip(memories, texts, strict=True))
            ]

        read, rows = Recurrence.read, []

        def noted(recurrence, ids, out):
            rows.append(len(ids))
            read(recurrence, ids, out)

        monkeypatch.setattr(Recurrence, "read", noted)
        separate, together = streams(copies), streams([memory] * 9)
        batch = StreamBatch(voice)
        batch.run(separate)
        assert rows[0] == 9
        rows.clear()
        batch.add([Stream(other, encode("abcde"))])
        batch.run(together)
        assert rows[0] == 2
        assert rows[1] > 2
        for stream, wanted in zip(together, separate, strict=True):
            assert stream.sampled == wanted.sampled
            assert stream.nats == pytest.approx(wanted.nats, rel=1e-5)
            np.testing.assert_allclose(stream.memory.hidden, wanted.memory.hidden, atol=1e-5)
            np.testing.assert_allclose(stream.memory.cell, wanted.memory.cell, atol=1e-5)
            if stream.is_studied:
                np.testing.assert_allclose(stream.study().hidden, wanted.study().hidden, atol=1e-5)

    def test_streams_of_one_memory_may_be_dropped_or_joined_before_they_step(self):
        voice = Voice(make_model())
        memory, nothing = sample(voice, "ab").memory, np.empty(0, np.int32)
        streams = [Stream(memory, nothing, np.random.default_rng(k), limit=5) for k in range(9)]
        batch = StreamBatch(voice)
        batch.add(streams[:7])
        batch.drop(streams[:2])
        batch.run(streams[7:])
        for k, stream in enumerate(streams[2:], 2):
            alone = Stream(memory, nothing, np.random.default_rng(k), limit=5)
            StreamBatch(voice).run([alone])
            assert stream.sampled == alone.sampled

    def test_nats_of_what_is_sampled_are_at_temperature_1(self):
        model = make_model()
        voice = Voice(model)
        stream = sample(voice, "ab", temperature=0.5, top_p=0.7)
        ids = np.concatenate([voice.vocabulary.encode("\nab"), np.array(stream.sampled, np.int32)])
        assert -stream.nats == pytest.approx(Likelihood(model.parameters).nats(ids), rel=1e-5)

    def test_streams_that_are_not_scored_sample_the_same(self):
        voice = Voice(make_model(2))
        scored, plain = sample(voice, seed=4), sample(voice, seed=4, is_scored=False)
        assert plain.sampled == scored.sampled
        assert plain.nats == 0 > scored.nats
        together = [Stream(voice.start(), voice.vocabulary.encode("abc"), is_scored=wanted) for wanted in (True, False)]
        StreamBatch(voice).run(together)
        alone = Stream(voice.start(), voice.vocabulary.encode("abc"))
        StreamBatch(voice).run([alone])
        assert together[0].nats == pytest.approx(alone.nats, rel=1e-5)


class TestDistribution:
    DRAWS = 8_000

    def draw(self, voice, memory, **settings):
        """How often each unit was the first that one of many streams sampled, all in one batch."""
        rng, nothing = np.random.default_rng(1), np.empty(0, np.int32)
        streams = [Stream(memory, nothing, one, limit=1, **settings) for one in rng.spawn(self.DRAWS)]
        StreamBatch(voice).run(streams)
        return np.bincount([stream.sampled[0] for stream in streams], minlength=voice.shape.V)

    @pytest.mark.parametrize("temperature", [0.5, 1.0, 1.5])
    def test_draws_follow_the_softmax_without_the_unknown_character(self, temperature):
        model = make_model(2, scale=0.5)
        voice = Voice(model)
        memory, p = after(voice, model, "abcab")
        p = p ** (1 / temperature)
        p[0] = 0
        p /= p.sum()
        assert (p[1:] > 0.002).all(), "too rare to be counted"
        counts = self.draw(voice, memory, temperature=temperature)
        assert counts[0] == 0
        expected = p[1:] * self.DRAWS
        chi_square = ((counts[1:] - expected) ** 2 / expected).sum()
        freedom = len(expected) - 1
        assert chi_square < freedom + 5 * np.sqrt(2 * freedom)

    def test_draws_keep_to_the_nucleus(self):
        model = make_model(2, scale=0.5)
        voice = Voice(model)
        memory, p = after(voice, model, "abcab")
        p[0] = 0
        p /= p.sum()
        order = np.argsort(-p)
        size = int(np.searchsorted(np.cumsum(p[order]), 0.7)) + 1
        assert 1 < size < 6
        kept = np.sort(order[:size])
        counts = self.draw(voice, memory, top_p=0.7)
        assert set(np.flatnonzero(counts)) == set(kept)
        expected = p[kept] / p[kept].sum() * self.DRAWS
        chi_square = ((counts[kept] - expected) ** 2 / expected).sum()
        assert chi_square < (size - 1) + 5 * np.sqrt(2 * (size - 1))

    @pytest.mark.parametrize("settings", [{"top_p": 1e-9}, {"top_p": 0.0}, {"temperature": 1e-3}])
    def test_the_extremes_always_take_the_likeliest(self, settings):
        model = make_model(1, scale=0.7)
        voice, nothing = Voice(model), np.empty(0, np.int32)
        memory, p = after(voice, model, "abcab")
        for seed in range(20):
            stream = Stream(memory, nothing, np.random.default_rng(seed), limit=1, **settings)
            StreamBatch(voice).run([stream])
            assert stream.sampled == [1 + np.argmax(p[1:])]


class TestAlphabet:
    def test_only_the_artists_own_characters_are_sung(self):
        voice = Voice(make_model(scale=0.5, config={"alphabet": "ac\n"}))
        sung = {c for seed in range(20) for c in voice.vocabulary.decode(sample(voice, seed=seed).sampled)}
        assert sung == set("ac\n")
        np.testing.assert_array_equal(np.flatnonzero(voice.sung), voice.vocabulary.encode("\nac"))

    @pytest.mark.parametrize("temperature", [0.1, 1.0, 1.5])
    @pytest.mark.parametrize("top_p", [0.05, 0.9, 1.0])
    @pytest.mark.parametrize("likely", [UNKNOWN, "e"])
    def test_the_unknown_and_the_unsung_stay_unsung_however_likely(self, likely, temperature, top_p):
        model = make_model(config={"alphabet": "abcd" + UNKNOWN})
        model.parameters["output.bias"][VOCABULARY.id_of(likely)] = 60.0
        voice = Voice(model)
        alone = sample(voice, temperature=temperature, top_p=top_p)
        together = [
            Stream(voice.start(), np.empty(0, np.int32), np.random.default_rng(k), temperature, top_p, limit=20)
            for k in range(3)
        ]
        StreamBatch(voice).run(together)
        for stream in (alone, *together):
            assert set(stream.sampled) <= set(VOCABULARY.encode("abcd").tolist())


class TestStopping:
    def test_at_a_line_end(self):
        voice = Voice(make_model())
        stream = sample(voice, last=None, limit=500)
        assert stream.sampled.index(voice.newline) == len(stream.sampled) - 1

    def test_after_that_many_units(self):
        voice = Voice(make_model(config={"alphabet": "abc"}))
        assert len(sample(voice, limit=17).sampled) == 17

    def test_line_ends_that_are_given_do_not_count(self):
        voice = Voice(make_model())
        stream = sample(voice, "a\n\n\nb\n", last=None)
        assert stream.taken == 6
        assert stream.sampled.count(voice.newline) <= 1

    def test_nothing_to_do(self):
        voice = Voice(make_model())
        batch, idle = StreamBatch(voice), Stream(voice.start(), np.empty(0, np.int32))
        batch.run([idle])
        assert batch.step() == []
        assert len(batch) == 0
        assert (idle.sampled, idle.nats) == ([], 0)

    def test_sampling_needs_a_generator(self):
        voice = Voice(make_model())
        with pytest.raises(ValueError, match="random generator"):
            StreamBatch(voice).run([Stream(voice.start(), np.empty(0, np.int32), limit=1)])

    def test_a_vocabulary_without_line_breaks_works_up_to_the_limit(self):
        voice = Voice(make_model(vocabulary=Vocabulary([UNKNOWN, *"abcdef"])))
        assert len(sample(voice, "ab", last=None, limit=30).sampled) == 30


class TestTogether:
    def same(self, stream, alone):
        assert stream.sampled == alone.sampled
        assert stream.nats == pytest.approx(alone.nats, rel=1e-4, abs=1e-4)
        np.testing.assert_allclose(stream.memory.hidden, alone.memory.hidden, atol=1e-5)
        np.testing.assert_allclose(stream.memory.cell, alone.memory.cell, atol=1e-4)

    def make(self, voice, k):
        texts = ("", "a", "abcd", "b\nc", "eeeeeeee")
        return Stream(
            voice.start(), voice.vocabulary.encode(texts[k % 5]), np.random.default_rng(k), 0.5 + 0.2 * (k % 4),
            (0.6, 0.9, 1.0)[k % 3], last=NEVER, limit=0 if k % 7 == 6 else 10 + 3 * k,
        )  # fmt: skip

    @pytest.mark.parametrize("L", [1, 2])
    def test_streams_that_come_and_go_are_the_same_as_alone(self, L):
        voice = Voice(make_model(L))
        alone = [self.make(voice, k) for k in range(20)]
        for stream in alone:
            StreamBatch(voice).run([stream])
        batch, streams = StreamBatch(voice), [self.make(voice, k) for k in range(20)]
        passing = [self.make(voice, 100 + k) for k in range(6)]
        order, finished, step = iter(streams), [], 0
        batch.add(passing[:3])
        while len(batch) or step < 30:
            if step % 2 == 0:
                batch.add(stream for stream in (next(order, None),) if stream)
            if step == 9:
                batch.add(passing[3:])
                batch.drop(passing[:2])
            if step == 14:
                batch.drop(passing)
            finished += batch.step()
            step += 1
        assert {id(stream) for stream in finished} - {id(stream) for stream in passing} == {id(s) for s in streams}
        for stream, by_itself in zip(streams, alone, strict=True):
            self.same(stream, by_itself)

    def test_the_number_of_streams_is_its_length(self):
        voice = Voice(make_model())
        batch = StreamBatch(voice)
        streams = [self.make(voice, k) for k in range(3)]
        batch.add(streams)
        assert len(batch) == 3
        batch.drop(streams[1:2])
        assert len(batch) == 2
        batch.step()
        batch.drop(streams)
        assert len(batch) == 0

    def test_likelihoods_do_not_depend_on_the_length_of_a_block(self, monkeypatch):
        voice = Voice(make_model(2))
        streams = {}
        for noted in (1, 30, stream_batch.BLOCK_LOGITS):
            monkeypatch.setattr(stream_batch, "BLOCK_LOGITS", noted)
            streams[noted] = [self.make(voice, k) for k in (3, 4, 5, 16, 17)]
            StreamBatch(voice).run(streams[noted])
        for few, many in zip(streams[1], streams[stream_batch.BLOCK_LOGITS], strict=True):
            self.same(few, many)

    def test_a_long_text_draws_its_random_numbers_in_order(self):
        voice = Voice(make_model(config={"alphabet": "abcde"}))
        alone = [sample(voice, "ab", seed=k, limit=400) for k in range(3)]
        # Others that come and go in between make blocks begin at odd places.
        batch = StreamBatch(voice)
        together = [
            Stream(voice.start(), voice.vocabulary.encode("ab"), np.random.default_rng(k), last=NEVER, limit=400)
            for k in range(3)
        ]
        batch.add(together)
        step = 0
        while len(batch):
            if step % 37 == 0 and step < 300:
                batch.add([self.make(voice, step)])
            batch.step()
            step += 1
        for stream, by_itself in zip(together, alone, strict=True):
            assert len(stream.sampled) == 400
            self.same(stream, by_itself)

    def test_a_memory_made_by_hand_is_as_good_as_one_of_a_stream(self):
        voice = Voice(make_model(2))
        memory = sample(voice).memory
        by_hand = Memory(voice, memory.hidden, memory.cell, memory.pending)
        streams = [Stream(m, voice.vocabulary.encode("abc")) for m in (memory, by_hand)]
        StreamBatch(voice).run(streams)
        self.same(*streams)


class TestReproducing:
    def test_the_same_random_seed_is_the_same_text(self):
        first, second, other = (sample(Voice(make_model(2)), seed=seed) for seed in (5, 5, 6))
        assert first.sampled == second.sampled
        assert first.nats == second.nats
        assert first.sampled != other.sampled

    def test_what_was_given_steers(self):
        voice = Voice(make_model(config={"alphabet": "abcde"}))
        assert sample(voice, "aaaa").sampled != sample(voice, "edcb").sampled


SUBWORDS = Vocabulary(
    [UNKNOWN, *"\n abcde", "ab", " ab", "bc", "cde", "abc", "de"],
    [("a", "b"), (" ", "ab"), ("b", "c"), ("d", "e"), ("c", "de"), ("ab", "c")],
)


class TestBias:
    def bias(self, units):
        fits = [unit in units for unit in SUBWORDS.units]
        return np.where(fits, 0, -np.inf).astype(np.float32)

    def streams(self, voice, count, **biases):
        nothing = np.empty(0, np.int32)
        return [Stream(voice.start(), nothing, np.random.default_rng(k), 1.5, limit=9, **biases) for k in range(count)]

    @pytest.mark.parametrize("count", [1, 7])
    def test_one_may_hold_for_the_first_unit_and_another_for_the_others(self, count):
        voice = Voice(make_model(2, vocabulary=SUBWORDS))
        biases = {"first_bias": self.bias({"ab", "bc"}), "bias": self.bias({"d", "de"})}
        bound, free = self.streams(voice, count, **biases), self.streams(voice, 2)
        StreamBatch(voice).run([*bound, *(free if count > 1 else [])])
        for stream in bound:
            units = [SUBWORDS.units[k] for k in stream.sampled]
            assert units[0] in {"ab", "bc"}
            assert set(units[1:]) <= {"d", "de"}
            assert len(units) == 9

    def test_without_one_for_the_others_all_that_is_sung_may_follow(self):
        voice = Voice(make_model(vocabulary=SUBWORDS))
        streams = self.streams(voice, 40, first_bias=self.bias({"cde"}))
        StreamBatch(voice).run(streams)
        assert {SUBWORDS.units[stream.sampled[0]] for stream in streams} == {"cde"}
        assert len({unit for stream in streams for unit in stream.sampled[1:]}) > 6

    @pytest.mark.parametrize("temperature", [1.0, 0.5])
    def test_the_first_unit_follows_the_softmax_of_those_that_fit(self, temperature):
        fits = {"ab", "abc", "c", "\n"}
        model = make_model(2, scale=0.5, vocabulary=SUBWORDS)
        voice = Voice(model)
        memory, p = after(voice, model, "abcab")
        wanted = np.where([unit in fits for unit in SUBWORDS.units], p, 0) ** (1 / temperature)
        wanted /= wanted.sum()
        # Numbers spread evenly over [0, 1) instead of random ones: each unit is picked in proportion, to within one.
        nothing, draws = np.empty(0, np.int32), 400
        uniforms = np.tile((np.arange(draws, dtype=np.float32) + 0.5) / draws, (UNIFORMS, 1)).T
        first_bias = self.bias(fits)

        def made():
            return [
                Stream(memory, nothing, None, temperature, limit=1, first_bias=first_bias, _uniforms=u)
                for u in uniforms
            ]

        alone, together = made(), made()
        for stream in alone:
            StreamBatch(voice).run([stream])
        unbound = [Stream(memory, nothing, np.random.default_rng(k), limit=1) for k in range(5)]
        StreamBatch(voice).run([*unbound[:2], *together, *unbound[2:]])
        for streams in (alone, together):
            counts = np.bincount([stream.sampled[0] for stream in streams], minlength=len(SUBWORDS))
            np.testing.assert_allclose(counts, wanted * draws, atol=1.01)
            for stream in streams:
                assert stream.nats == pytest.approx(np.log(p[stream.sampled[0]]), rel=1e-4)

    def test_an_unlikely_unit_is_taken_where_no_other_fits(self):
        model = make_model(vocabulary=SUBWORDS)
        model.parameters["output.bias"][[SUBWORDS.id_of("d"), SUBWORDS.id_of("a")]] = -320, 300
        voice = Voice(model)
        streams = self.streams(voice, 5, first_bias=self.bias({"d"}))
        StreamBatch(voice).run(streams)
        assert {SUBWORDS.units[stream.sampled[0]] for stream in streams} == {"d"}

    def test_what_is_given_comes_before_it(self):
        voice = Voice(make_model(vocabulary=SUBWORDS))
        nothing_else = {"first_bias": self.bias({"bc"}), "limit": 3}
        stream = Stream(voice.start(), SUBWORDS.encode("de"), np.random.default_rng(0), last=NEVER, **nothing_else)
        StreamBatch(voice).run([stream])
        assert stream.taken == 1
        assert SUBWORDS.units[stream.sampled[0]] == "bc"


@pytest.mark.parametrize("count", [1, 6])
def test_a_stream_may_end_at_a_unit_of_its_own(count):
    voice = Voice(make_model(scale=0.3, vocabulary=SUBWORDS))
    last, nothing = SUBWORDS.id_of("de"), np.empty(0, np.int32)
    streams = [Stream(voice.start(), nothing, np.random.default_rng(k), limit=200, last=last) for k in range(count)]
    others = [Stream(voice.start(), nothing, np.random.default_rng(k), limit=200) for k in range(count - 1)]
    StreamBatch(voice).run([*streams, *others])
    for stream in streams:
        assert stream.sampled.index(last) == len(stream.sampled) - 1
    for stream in others:
        assert stream.sampled.index(voice.newline) == len(stream.sampled) - 1


def test_a_study_says_how_each_unit_was_read():
    voice = Voice(make_model(2))
    ids = voice.vocabulary.encode("abc\nab")
    studied = Stream(voice.start(), ids, is_studied=True)
    beside = Stream(voice.start(), ids[:3])
    StreamBatch(voice).run([beside, studied])
    study = studied.study()
    assert study.hidden.shape == (len(ids), voice.shape.H)
    assert study.log_likelihoods.sum() == pytest.approx(studied.nats, rel=1e-5)
    assert (study.entropies >= 0).all()
    assert (study.entropies <= np.log(voice.shape.V) + 1e-5).all()
    # The state before a unit is what remains after the units before it.
    before = Stream(voice.start(), ids[:-1])
    StreamBatch(voice).run([before])
    last = Stream(before.memory, ids[-1:], is_studied=True)
    StreamBatch(voice).run([last])
    np.testing.assert_allclose(last.study().hidden[0], study.hidden[-1], atol=1e-5)


@pytest.mark.parametrize("L", [1, 2])
@pytest.mark.parametrize("count", [1, 9])
def test_a_stream_that_keeps_its_states_can_be_continued_before_each_unit(L, count):
    voice = Voice(make_model(L))
    start, encode = sample(voice, "ab").memory, voice.vocabulary.encode
    streams = [
        Stream(start, encode("abc"), np.random.default_rng(k), limit=5, is_studied=True, keeps_states=k % 3 == 0)
        for k in range(count)
    ]
    StreamBatch(voice).run([*streams, Stream(start, encode("abcde"))])
    for stream in streams[::3]:
        study = stream.study()
        for place in range(1, len(study.units)):
            rest = Stream(stream.memory_before(place), study.units[place:], is_studied=True)
            StreamBatch(voice).run([rest])
            np.testing.assert_allclose(rest.study().hidden, study.hidden[place:], atol=1e-5)
            np.testing.assert_allclose(rest.study().log_likelihoods, study.log_likelihoods[place:], atol=1e-4)
