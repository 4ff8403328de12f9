"""The training loop: it learns, ends at its goal, and continues from a checkpoint bit for bit."""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from lstm.model.model_file import ModelFileError, read_tensors
from lstm.network.dropout import Dropout
from lstm.network.likelihood import Likelihood
from lstm.network.optimiser import OPTIMISERS
from lstm.network.parameters import Parameters, Shape, initial_parameters
from lstm.text.songs import join
from lstm.text.vocabulary import Vocabulary
from lstm.training.loop import CurvePoint, LoopSettings, Position, TrainingLoop, peek_checkpoint
from lstm.training.time_budget import EVALUATION_SPEED
from tests.lstm.songs import make_songs

TRAINING, HELD_OUT = make_songs(20, seed=1, stanzas=1), make_songs(2, seed=2, stanzas=1)
VOCABULARY = Vocabulary.of(join(TRAINING), 1)
ALL_IDS, IDS, HELD_OUT_IDS = (VOCABULARY.encode(join(songs)) for songs in (TRAINING, TRAINING[:12], HELD_OUT))
SETTINGS = LoopSettings(
    batch=4, unroll=16, dropout=Dropout(input=0.1, output=0.2, recurrent_weights=0.1), evaluations=5, random_seed=3
)
SHAPE = Shape(len(VOCABULARY), E=5, H=8, L=2)
EPOCH = (len(IDS) - 1) // 4 * 4
"""Characters that an epoch of 4 streams sees."""
UPDATES = math.ceil(EPOCH / 4 / 16)
"""Updates of an epoch."""


def loop(settings=SETTINGS, goal=5 * EPOCH // 2, held_out=HELD_OUT_IDS, ids=IDS, seed=1, clock=None):
    clock = clock or itertools.count().__next__
    return TrainingLoop(initial_parameters(SHAPE, np.random.default_rng(seed)), ids, held_out, settings, goal, clock)


def bits_of(run):
    """Everything that must be the same, to the bit."""
    return {
        "parameters": run.parameters.flat.tobytes(),
        "best": run.best.tobytes(),
        "state": (run.state.hidden.tobytes(), run.state.cell.tobytes()),
        "moments": {name: moment.tobytes() for name, moment in run.optimiser.moments.items()},
        "steps": run.optimiser.steps,
        "curve": [replace(point, seconds=0) for point in run.curve],
        "position": replace(run.position, seconds=0),
        "best_bits": run.best_bits,
        "goal": run.goal,
    }


def finish(run):
    for _ in run.run():
        pass
    return run


@pytest.fixture(scope="module")
def undisturbed():
    return bits_of(finish(loop()))


class TestResuming:
    # Between evaluations, in the middle of an epoch and at its end (and at the first update and the last but one).
    @pytest.mark.parametrize("stop", [1, 7, UPDATES - 1, UPDATES, UPDATES + 1, 2 * UPDATES, 5 * UPDATES // 2 - 1])
    def test_a_checkpoint_continues_as_if_nothing_had_happened(self, undisturbed, stop):
        first = loop()
        for _ in itertools.islice(first.run(), stop):
            pass
        assert first.position.updates == stop
        saved = first.checkpoint({"note": "ü"})
        second = loop(seed=99, goal=1)  # other weights, another goal: all of it comes from the checkpoint
        assert second.restore(saved) == {"note": "ü"}
        assert bits_of(second) == bits_of(first)
        assert bits_of(finish(second)) == undisturbed

    def test_so_it_does_after_every_evaluation(self, undisturbed):
        run, evaluated = loop(), 0
        while not run.finished:
            for point in run.run():
                if point is not None:
                    break
            evaluated += 1
            other = loop(seed=evaluated)
            other.restore(run.checkpoint())
            run = other
        assert evaluated == SETTINGS.evaluations
        assert bits_of(run) == undisturbed

    def test_taking_checkpoints_disturbs_nothing(self, undisturbed):
        run = loop()
        for _ in run.run():
            run.checkpoint()
        assert bits_of(run) == undisturbed

    @pytest.mark.parametrize(
        "settings",
        [replace(SETTINGS, optimiser="rmsprop"), replace(SETTINGS, dropout=Dropout()), replace(SETTINGS, batch=1)],
        ids=["rmsprop", "no dropout", "one stream"],
    )
    def test_other_settings_too(self, settings):
        whole, first, second = (loop(settings, goal=EPOCH) for _ in range(3))
        for _ in itertools.islice(first.run(), 20):
            pass
        second.restore(first.checkpoint())
        assert bits_of(finish(second)) == bits_of(finish(whole))

    def test_time_continues_too(self):
        run = loop(clock=itertools.count().__next__)
        for _ in itertools.islice(run.run(), 9):
            pass
        other = loop()
        other.restore(run.checkpoint())
        assert other.position.seconds == run.position.seconds == 9

    def test_a_checkpoint_of_another_shape_is_refused(self):
        saved = loop().checkpoint()
        shape = replace(SHAPE, H=9)
        other = TrainingLoop(initial_parameters(shape, np.random.default_rng(0)), IDS, HELD_OUT_IDS, SETTINGS, 100)
        with pytest.raises(ValueError, match="another shape"):
            other.restore(saved)
        with pytest.raises(ValueError, match="state has another shape"):
            loop(replace(SETTINGS, batch=3)).restore(saved)
        with pytest.raises(ValueError, match="lacks"):
            loop(replace(SETTINGS, optimiser="rmsprop")).restore(
                safetensors.numpy.save({"parameters": loop().parameters.flat}, read_tensors(saved)[1])
            )

    @pytest.mark.parametrize("size", [0, 5, 100, 5000, -1])
    def test_a_damaged_checkpoint_is_refused(self, size):
        saved = loop().checkpoint()[:size]
        with pytest.raises(ModelFileError):
            loop().restore(saved)
        with pytest.raises(ModelFileError):
            peek_checkpoint(saved)

    def test_a_checkpoint_without_what_the_caller_kept_is_refused(self):
        tensors, metadata = read_tensors(loop().checkpoint())
        state = json.loads(metadata["run"])
        del state["extra"]
        with pytest.raises(ValueError, match="lacks 'extra'"):
            loop().restore(safetensors.numpy.save(tensors, {"run": json.dumps(state)}))

    def test_a_glance_at_a_checkpoint(self):
        assert peek_checkpoint(loop().checkpoint({"a": [1, None]})) == {"a": [1, None]}
        assert peek_checkpoint(loop().checkpoint()) == {}

    @pytest.mark.parametrize("run", [None, "{", "[]", "{}", '{"extra": 3}', "null"])
    def test_another_safetensors_file_is_no_checkpoint(self, run):
        data = safetensors.numpy.save({"a": np.zeros(2)}, {} if run is None else {"run": run})
        with pytest.raises(ValueError, match="not a checkpoint"):
            peek_checkpoint(data)


class TestPlan:
    def test_same_seed_same_bits(self, undisturbed):
        assert bits_of(finish(loop())) == undisturbed
        other = bits_of(finish(loop(replace(SETTINGS, random_seed=4))))
        assert other["parameters"] != undisturbed["parameters"]

    def test_it_ends_with_the_plan_and_evaluates_as_often_as_it_should(self):
        run = loop()
        yielded = list(run.run())
        points = [point for point in yielded if point is not None]
        assert points == run.curve
        assert len(points) == SETTINGS.evaluations
        assert yielded[-1] is points[-1]
        assert run.goal <= run.position.characters < run.goal + 4 * 16
        assert run.position.updates == len(yielded) == run.optimiser.steps
        assert run.progress == 1
        assert run.finished
        assert not run.stopped_early
        assert list(run.run()) == []

    def test_a_plan_of_less_than_a_chunk_is_one_update(self):
        run = loop(goal=1)
        assert len(list(run.run())) == len(run.curve) == 1

    def test_evaluations_are_evenly_spaced(self):
        run = finish(loop())
        gaps = np.diff([0, *(point.characters for point in run.curve)])
        assert np.abs(gaps - run.goal / 5).max() <= 2 * 4 * 16

    def test_they_are_spread_over_a_plan_that_is_changed(self):
        run = loop(goal=100 * EPOCH)
        for _ in itertools.islice(run.run(), 3):
            pass
        run.goal = EPOCH
        assert len(finish(run).curve) == SETTINGS.evaluations
        run = loop(goal=100 * EPOCH)
        for k, _ in enumerate(run.run()):
            if k == 2:
                run.goal = EPOCH
        assert len(run.curve) == SETTINGS.evaluations

    @pytest.mark.parametrize(("epochs", "count"), [(0.1, 1), (1, 2), (2, 4), (9, 10)])
    def test_measuring_takes_no_more_than_its_share_of_the_time(self, epochs, count):
        held_out = len(HELD_OUT_IDS) / (EVALUATION_SPEED * EPOCH)
        run = loop(replace(SETTINGS, evaluations=10, evaluation_share=2.1 * held_out), goal=round(epochs * EPOCH))
        assert len(finish(run).curve) == run.evaluations_in(run.goal) == count

    def test_the_curve_is_what_was_measured(self):
        run = loop()
        nats = []
        while not run.curve:
            nats.append(run.update())
            if len(nats) == 5:
                run.evaluate()
        point = run.curve[0]
        assert point == CurvePoint(
            characters=5 * 64,
            seconds=point.seconds,
            train_bits_per_character=pytest.approx(np.mean(nats) / math.log(2)),
            validation_bits_per_character=Likelihood(run.parameters).bits_per_character(HELD_OUT_IDS),
        )
        assert run.position == Position(320, 5, 0, 5, run.position.seconds, 0, 0.0, 0)

    def test_weights_are_measured_and_kept_as_the_file_will_hold_them(self):
        parameters = initial_parameters(SHAPE, np.random.default_rng(1))
        run = TrainingLoop(parameters, IDS, HELD_OUT_IDS, SETTINGS, EPOCH, stored_as=np.float16)
        for _ in range(5):
            run.update()
        before = parameters.flat.copy()
        bits = run.evaluate().validation_bits_per_character
        np.testing.assert_array_equal(parameters.flat, before)
        np.testing.assert_array_equal(run.best, before.astype(np.float16))
        run.take_best()
        assert (parameters.flat != before).any()
        assert bits == Likelihood(parameters).bits_per_character(HELD_OUT_IDS)

    def test_the_rate_rises_and_falls(self):
        run = loop(replace(SETTINGS, warm_up=0.5, decay=0.5), goal=EPOCH)
        before, steps = run.parameters.flat.copy(), []
        for _ in run.run():
            steps.append(np.abs(run.parameters.flat - before).max())
            before[...] = run.parameters.flat
        assert 0 < steps[0] < 0.2 * max(steps)
        assert 0 < steps[-1] < 0.2 * max(steps)
        assert 0.2 < np.argmax(steps) / len(steps) < 0.8

    def test_a_huge_gradient_is_clipped(self):
        settings = replace(SETTINGS, optimiser="rmsprop", dropout=Dropout(), clip=0.01)
        run = loop(settings)
        run.update()
        assert np.linalg.norm(run.network.gradients.flat) <= 0.01


class TestText:
    def test_an_epoch_reads_all_of_the_text_once(self):
        run = loop()
        for epoch in range(3):
            streams = run._epoch_streams(epoch)
            assert streams.shape == (EPOCH // 4 + 1, 4)
            read = np.concatenate([column[:-1] for column in streams.T])
            doubled = np.concatenate([IDS, IDS])
            starts = [k for k in range(len(IDS)) if np.array_equal(doubled[k : k + len(read)], read)]
            assert starts if epoch else starts == [0]
            np.testing.assert_array_equal(streams[-1, :-1], streams[0, 1:])  # a stream's last target begins the next

    def test_every_epoch_is_cut_elsewhere(self):
        run = loop()
        assert len({run._epoch_streams(epoch).tobytes() for epoch in range(4)}) == 4

    def test_every_chunk_has_dropout_masks_of_its_own(self):
        run = loop(replace(SETTINGS, learning_rate=0.0), ids=np.ones(2000, np.int32))
        losses = [run.update() for _ in range(20)][10:]  # the same text, weights and, by now, state
        assert len({round(loss, 3) for loss in losses}) == 10
        still = loop(replace(SETTINGS, learning_rate=0.0, dropout=Dropout()), ids=np.ones(2000, np.int32))
        losses = [still.update() for _ in range(20)][10:]
        assert max(losses) - min(losses) < 1e-3

    def test_position_counts_chunks_and_epochs(self):
        run = loop()
        for _ in range(UPDATES - 1):
            run.update()
        assert (run.position.epoch, run.position.chunk) == (0, UPDATES - 1)
        run.update()
        assert (run.position.epoch, run.position.chunk, run.position.characters) == (1, 0, EPOCH)
        run.update()
        assert (run.position.epoch, run.position.chunk) == (1, 1)

    @pytest.mark.parametrize(("size", "streams"), [(2, 1), (3, 1), (9, 1), (17, 2), (40, 4)])
    def test_a_tiny_text_is_read_by_fewer_streams(self, size, streams):
        run = finish(loop(ids=IDS[:size], goal=200))
        assert streams == run.B
        assert run.position.characters >= 200
        assert np.isfinite(run.parameters.flat).all()

    @pytest.mark.parametrize("size", [0, 1])
    def test_without_held_out_text_the_last_weights_are_the_best(self, size):
        run = finish(loop(held_out=HELD_OUT_IDS[:size], goal=EPOCH))
        assert run.best.tobytes() == run.parameters.flat.tobytes()
        assert all(math.isnan(point.validation_bits_per_character) for point in run.curve)
        assert not run.stopped_early

    def test_weights_that_give_nan_are_never_the_best(self):
        run = loop(goal=4 * EPOCH)
        before = run.best.tobytes()
        run.trainable.flat[:] = np.nan
        run.evaluate()
        assert run.best.tobytes() == before
        assert run.best_bits == math.inf
        assert run.position.evaluations_without_gain == 1


class TestStopping:
    def test_patience_ends_a_run_that_no_longer_gains(self):
        settings = replace(SETTINGS, patience=3, evaluations=50, learning_rate=0.0)
        run = finish(loop(settings))
        assert run.stopped_early
        assert len(run.curve) == 4, "one that is the best, then three that are no better"
        assert run.position.characters < run.goal

    def test_patience_0_never_does(self):
        run = finish(loop(replace(SETTINGS, patience=0, evaluations=20, learning_rate=0.0)))
        assert len(run.curve) == 20
        assert not run.stopped_early

    def test_the_best_weights_are_kept_when_later_ones_are_worse(self):
        run = loop()
        for _ in range(20):
            run.update()
        best = run.evaluate().validation_bits_per_character
        kept = run.parameters.flat.copy()
        run.parameters.flat *= 3
        worse = run.evaluate().validation_bits_per_character
        assert worse > best
        np.testing.assert_array_equal(run.best, kept)
        run.take_best()
        assert run.best_bits == best == Likelihood(run.parameters).bits_per_character(HELD_OUT_IDS)
        assert run.position.evaluations_without_gain == 1


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_it_learns(optimiser):
    rates = {"adam": 2e-2, "rmsprop": 5e-3}
    settings = LoopSettings(batch=8, unroll=32, optimiser=optimiser, learning_rate=rates[optimiser])
    frequencies = np.bincount(HELD_OUT_IDS, minlength=len(VOCABULARY)) / len(HELD_OUT_IDS)
    unigram_entropy = -sum(p * math.log2(p) for p in frequencies if p > 0)
    parameters: Parameters = initial_parameters(
        Shape(len(VOCABULARY), E=12, H=32, L=1), np.random.default_rng(0), VOCABULARY.log_frequencies(ALL_IDS)
    )
    start = Likelihood(parameters).bits_per_character(HELD_OUT_IDS)
    assert start == pytest.approx(unigram_entropy, abs=0.3)
    run = finish(TrainingLoop(parameters, ALL_IDS, HELD_OUT_IDS, settings, 12 * len(ALL_IDS)))
    assert run.best_bits < 0.35 * unigram_entropy


SUBWORDS = VOCABULARY.with_subwords(join(TRAINING), len(VOCABULARY) + 40)
UNITS, HELD_OUT_UNITS = SUBWORDS.encode(join(TRAINING)), SUBWORDS.encode(join(HELD_OUT))


def subword_loop(settings=SETTINGS, passes=2.5, seed=1, lengths=SUBWORDS.lengths, goal=None):
    parameters = initial_parameters(replace(SHAPE, V=len(SUBWORDS)), np.random.default_rng(seed))
    goal = goal or round(passes * len(join(TRAINING)))
    clock = itertools.count().__next__
    return TrainingLoop(parameters, UNITS, HELD_OUT_UNITS, settings, goal, clock, lengths)


class TestSubwords:
    def test_an_update_reports_nats_per_character(self):
        still = replace(SETTINGS, dropout=Dropout(), learning_rate=0.0, batch=1)
        run = subword_loop(still)
        for start in range(0, 64, 16):
            before = Likelihood(run.parameters).nats(UNITS[: start + 1])
            nats = Likelihood(run.parameters).nats(UNITS[: start + 17]) - before
            characters = len(SUBWORDS.decode(UNITS[start + 1 : start + 17]))
            assert characters > 16
            assert run.update() == pytest.approx(nats / characters, rel=1e-4)

    def test_positions_and_the_plan_are_counted_in_characters(self):
        run = subword_loop()
        streams, seen = run._epoch_streams(0), 0
        chunks = math.ceil((len(streams) - 1) / 16)
        for k, _ in enumerate(itertools.islice(run.run(), chunks)):
            seen += sum(len(SUBWORDS.decode(column)) for column in streams[16 * k + 1 : 16 * k + 17].T)
            assert run.position.characters == seen
        assert (run.position.epoch, run.position.chunk) == (1, 0)
        assert len(join(TRAINING)) - 4 * 10 < run.position.characters < len(join(TRAINING))
        finish(run)
        assert run.goal <= run.position.characters < run.goal + 4 * 16 * SUBWORDS.lengths.max()
        assert run.position.epoch == 2
        assert [point.characters for point in run.curve] == sorted({point.characters for point in run.curve})
        assert len(run.curve) == SETTINGS.evaluations

    def test_the_curve_is_in_bits_by_character(self):
        run = subword_loop()
        nats = [run.update() for _ in range(6)]
        point = run.evaluate()
        assert point.train_bits_per_character == pytest.approx(np.mean(nats) / math.log(2))
        by_unit = Likelihood(run.parameters).bits_per_character(HELD_OUT_UNITS)
        characters = len(join(HELD_OUT)) - 1
        assert point.validation_bits_per_character == pytest.approx(by_unit * (len(HELD_OUT_UNITS) - 1) / characters)

    def test_the_rate_follows_the_characters(self):
        """Near the goal, steps are small, however many units that took."""
        run = subword_loop(replace(SETTINGS, optimiser="rmsprop", dropout=Dropout(), warm_up=0.0, decay=1.0), 1)
        before, steps = run.parameters.flat.copy(), []
        for _ in run.run():
            steps.append(np.abs(run.parameters.flat - before).max())
            before[...] = run.parameters.flat
        assert steps[-1] < 0.1 * np.median(steps)

    def test_lengths_of_one_are_no_lengths(self):
        ones = subword_loop(lengths=np.ones(len(SUBWORDS), np.int32), goal=len(UNITS))
        none = subword_loop(lengths=None, goal=len(UNITS))
        assert bits_of(finish(ones)) == bits_of(finish(none))

    @pytest.mark.parametrize("stop", [1, 7, 30])
    def test_a_checkpoint_continues_as_if_nothing_had_happened(self, stop):
        whole, first = subword_loop(passes=1.5), subword_loop(passes=1.5)
        for _ in itertools.islice(first.run(), stop):
            pass
        second = subword_loop(seed=99, goal=1)
        second.restore(first.checkpoint())
        assert bits_of(second) == bits_of(first)
        assert bits_of(finish(second)) == bits_of(finish(whole))
        assert second.position.characters > second.position.updates * 4 * 16
