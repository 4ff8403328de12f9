"""A whole training: what it learns from, what it measures, what it reports, and how it continues after a stop."""

import itertools
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from lstm.model.model_file import Model, dump_model, load_model, read_tensors
from lstm.network.dropout import Dropout
from lstm.network.likelihood import Likelihood
from lstm.network.optimiser import Schedule
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.cleaning import clean
from lstm.text.errors import CorpusError
from lstm.text.songs import SONG_BREAK, join
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from lstm.training import recipe
from lstm.training.base_model import extend
from lstm.training.baseline import KneserNey
from lstm.training.errors import CheckpointError
from lstm.training.loop import LoopSettings, TrainingLoop
from lstm.training.settings import TrainingSettings
from lstm.training.split import split_songs
from lstm.training.start import Start
from lstm.training.trainer import Trainer, minutes_when_begun
from tests.lstm.songs import make_corpus, make_songs

SHIPPED = Path(__file__).parents[3] / "data" / "corpora"
CORPUS = make_corpus(20, stanzas=1)
SETTINGS = TrainingSettings(
    epochs=3,
    hidden=16,
    layers=1,
    embedding=6,
    batch=4,
    unroll=16,
    learning_rate=2e-2,
    dropout=Dropout(output=0.1, recurrent_weights=0.1),
    random_seed=5,
)


def ticking(step=1.0):
    """A clock that advances whenever it is read: every update is reported, and time is the same in each run."""
    return itertools.count(0, step).__next__


def trainer(corpus=CORPUS, settings=SETTINGS, start=None, checkpoint=None, clock=None, artist="Ann"):
    return Trainer(
        corpus, settings, artist, Start(start) if isinstance(start, Model) else start, checkpoint, clock or ticking()
    )


def finish(training):
    for _ in training.run():
        pass
    return training


def bits_of(training):
    model = training.result()
    loop = training.loop
    return {
        "model": model.parameters.flat.tobytes(),
        "last": loop.parameters.flat.tobytes(),
        "vocabulary": model.vocabulary.units,
        "curve": [replace(point, seconds=0) for point in loop.curve],
        "baseline": model.training.baseline_bits_per_character,
        "validation": model.training.validation_bits_per_character,
        "seen": model.training.characters_seen,
        "stopped": model.training.stopped,
    }


@pytest.fixture(scope="module")
def undisturbed():
    return finish(trainer())


@pytest.fixture(scope="module")
def model(undisturbed):
    return undisturbed.result()


class TestResult:
    def test_it_learned(self, undisturbed, model):
        held_out = model.vocabulary.encode(join(split_songs(clean(CORPUS)).held_out))
        shares = np.bincount(held_out) / len(held_out)
        unigram_entropy = -sum(p * math.log2(p) for p in shares if p > 0)
        assert model.training.validation_bits_per_character < 0.8 * unigram_entropy
        assert undisturbed.loop.curve[0].validation_bits_per_character < 1.1 * unigram_entropy

    def test_the_record_says_what_is_true(self, undisturbed, model):
        record = model.training
        split = split_songs(clean(CORPUS))
        training, held_out = (model.vocabulary.encode(join(songs)) for songs in (split.training, split.held_out))
        bits = Likelihood(model.parameters).bits_per_character(held_out)
        assert record.validation_bits_per_character == bits
        assert min(point.validation_bits_per_character for point in record.curve) == pytest.approx(bits, rel=1e-6)
        baseline = -np.log2(
            KneserNey.fit(training, len(model.vocabulary), order=6).probabilities_of(held_out)[1:]
        ).mean()
        assert record.baseline_bits_per_character == pytest.approx(baseline)
        assert record.artist == "Ann"
        assert record.start == "scratch"
        assert record.stopped == "epochs"
        assert record.epochs == pytest.approx(3, abs=0.1)
        assert record.characters_seen == pytest.approx(3 * len(training), rel=0.05)
        assert record.corpus_characters == len(training) + len(held_out)
        assert record.seconds > 0
        assert len(record.curve) == undisturbed.loop.evaluations_in(undisturbed.loop.goal) > 3
        assert record.settings["batch"] == 4
        json.dumps(record.to_json(), allow_nan=False)

    def test_the_model_knows_the_corpus_and_its_alphabet(self, model):
        assert set(model.profile.alphabet) == set(join(split_songs(clean(CORPUS)).training))
        assert model.vocabulary.units == (UNKNOWN, *sorted(model.profile.alphabet))
        assert (model.shape.H, model.shape.L, model.shape.E) == (16, 1, 6)

    def test_it_can_be_written_and_read(self, model):
        read = load_model(dump_model(model))
        np.testing.assert_array_equal(read.parameters.flat, model.parameters.flat)
        assert read.training == model.training

    def test_same_seed_same_bits(self, undisturbed):
        assert bits_of(finish(trainer())) == bits_of(undisturbed)
        other = bits_of(finish(trainer(settings=replace(SETTINGS, random_seed=6))))
        assert other["model"] != bits_of(undisturbed)["model"]


class TestHoldingOut:
    def test_nothing_of_the_held_out_songs_is_learned(self, undisturbed):
        songs = make_songs(20, stanzas=1)
        held_out = split_songs(clean(CORPUS)).held_out
        assert len(held_out) == 2
        changed = ["\n".join(song.splitlines()[::-1]) if song in held_out else song for song in songs]
        other = finish(trainer(SONG_BREAK.join(changed)))
        assert other.loop.parameters.flat.tobytes() == undisturbed.loop.parameters.flat.tobytes()
        assert other.loop.curve != undisturbed.loop.curve

    def test_a_song_that_is_held_out_is_not_in_the_training_text(self):
        made = trainer(CORPUS + "\n\n\n" + CORPUS)
        text = made.prepared.vocabulary.decode(made.prepared.training)
        held_out = made.prepared.vocabulary.decode(made.prepared.measured.ids)
        songs = [song for song in held_out.split(SONG_BREAK) if song]
        assert len(songs) == 4
        assert not any(song in text for song in songs)


class TestResuming:
    @pytest.mark.parametrize("stop", [0, 1, 7, 45, 46, 47, 100, 136])
    def test_a_stopped_run_ends_as_an_undisturbed_one(self, undisturbed, stop):
        first = trainer()
        for _ in itertools.islice(first.run(), stop + 1):
            pass
        assert first.loop.position.updates == stop
        second = trainer(checkpoint=first.checkpoint())
        assert bits_of(finish(second)) == bits_of(undisturbed)
        assert second.seconds > first.seconds

    def test_again_and_again(self, undisturbed):
        run, stops = trainer(), 0
        while not run.loop.finished:
            for _ in itertools.islice(run.run(), 12):
                pass
            run, stops = trainer(checkpoint=run.checkpoint()), stops + 1
        assert stops > 5
        assert bits_of(finish(run)) == bits_of(undisturbed)

    def test_the_first_weights_do_not_matter(self, undisturbed, model):
        """Everything is in the checkpoint: a fine-tuning continues even if its start is another one."""
        settings = replace(SETTINGS, hidden=None, layers=None, embedding=None, epochs=2)
        whole = finish(trainer(settings=settings, start=model))
        first = trainer(settings=settings, start=model)
        for _ in itertools.islice(first.run(), 20):
            pass
        second = trainer(settings=settings, start=model, checkpoint=first.checkpoint())
        assert bits_of(finish(second)) == bits_of(whole)

    def test_passages_that_were_taken_stay_the_same_with_other_minutes(self):
        corpus, settings = make_corpus(1_200), replace(SETTINGS, minutes=0.02, epochs=0.02)
        first = trainer(corpus, settings)
        checkpoint = first.checkpoint()
        assert minutes_when_begun(checkpoint) == 0.02
        second = trainer(corpus, replace(settings, minutes=50), checkpoint=checkpoint)
        assert second.prepared.split == first.prepared.split
        assert minutes_when_begun(second.checkpoint()) == 0.02
        record = finish(second).result().training
        assert record.left_out_characters == first.prepared.left_out_characters > 0
        assert "passages throughout it" in record.verdict

    def test_more_minutes_may_be_given(self):
        settings = replace(SETTINGS, minutes=100)
        first = trainer(settings=settings)
        next(iter(first.run()))
        trainer(settings=replace(settings, minutes=200), checkpoint=first.checkpoint())

    @pytest.mark.parametrize(
        "other",
        [
            {"corpus": make_corpus(20, seed=1)},
            {"settings": replace(SETTINGS, random_seed=6)},
            {"settings": replace(SETTINGS, epochs=4)},
            {"settings": replace(SETTINGS, dropout=Dropout(output=0.2))},
            {"settings": replace(SETTINGS, hidden=17)},
        ],
        ids=["corpus", "seed", "epochs", "dropout", "size"],
    )
    def test_another_run_is_refused(self, other):
        with pytest.raises(CheckpointError, match="another corpus or other settings"):
            trainer(checkpoint=trainer().checkpoint(), **other)

    @pytest.mark.parametrize("change", ["recipe", "schedule", "texts"])
    def test_the_checkpoint_of_a_version_that_trains_otherwise_is_refused(self, monkeypatch, change):
        kept = trainer().checkpoint()
        if change == "recipe":
            from_scratch = recipe.from_scratch
            monkeypatch.setattr(recipe, "from_scratch", lambda *sizes: replace(from_scratch(*sizes), warm_up=0.2))
        elif change == "schedule":
            rate = Schedule.rate
            monkeypatch.setattr(Schedule, "rate", lambda self, progress: rate(self, progress) ** 2)
        else:
            monkeypatch.setattr("lstm.training.preparation.join", lambda songs: join(songs[::-1]))
        with pytest.raises(CheckpointError, match="another corpus or other settings"):
            trainer(checkpoint=kept)

    def test_a_checkpoint_on_another_base_is_refused(self, monkeypatch):
        monkeypatch.setattr("lstm.training.start.base_with_hash", lambda _: object())  # each counts as installed
        before, after = (load_model(dump_model(base_of("subwords"), dtype)) for dtype in (np.float32, np.float16))
        kept = trainer(settings=TUNING, start=before).checkpoint()
        trainer(settings=TUNING, start=before, checkpoint=kept)
        with pytest.raises(CheckpointError, match="another corpus or other settings"):
            trainer(settings=TUNING, start=after, checkpoint=kept)

    def test_the_checkpoint_of_version_0_2_is_refused(self):
        tensors, metadata = read_tensors(trainer().checkpoint())
        run = json.loads(metadata["run"])
        identity = run["extra"]["identity"]
        run["extra"]["identity"] = {name: identity[name] for name in ("corpus_sha256", "settings", "parameters")}
        with pytest.raises(CheckpointError, match="another corpus or other settings"):
            trainer(checkpoint=safetensors.numpy.save(tensors, {"run": json.dumps(run)}))

    @pytest.mark.parametrize("size", [0, 10, 1000, -1])
    def test_a_damaged_checkpoint_is_refused(self, size):
        with pytest.raises(CheckpointError, match="checkpoint is damaged"):
            trainer(checkpoint=trainer().checkpoint()[:size])

    @pytest.mark.parametrize(
        "lacking",
        ["identity", "seconds", "start", "budget", "measured_characters", "most_characters", "minutes_when_begun"],
    )
    def test_a_checkpoint_that_lacks_something_is_refused(self, lacking):
        tensors, metadata = read_tensors(trainer().checkpoint())
        run = json.loads(metadata["run"])
        del run["extra"][lacking]
        with pytest.raises(CheckpointError, match="cannot be used"):
            trainer(checkpoint=safetensors.numpy.save(tensors, {"run": json.dumps(run)}))

    def test_a_model_is_no_checkpoint(self, model):
        with pytest.raises(CheckpointError, match="not a checkpoint"):
            trainer(checkpoint=dump_model(model))


class TestMinutes:
    SETTINGS = replace(SETTINGS, epochs=50, minutes=1.0)

    def test_a_run_keeps_to_its_minutes(self):
        run = finish(trainer(settings=self.SETTINGS, clock=ticking(0.1)))
        assert run.stopped == "minutes"
        assert run.result().training.stopped == "minutes"
        assert 25 < run.seconds <= 60
        assert len(run.loop.curve) <= run.loop.evaluations_in(run.loop.goal) + 1 < 20

    def test_an_evaluation_is_timed_without_the_update_before_it(self, monkeypatch):
        """Its time decides when the plan is cut short: an update of some seconds would cost another one."""
        noted = []

        def slow_update():
            nonlocal now
            now += 5.0
            return update()

        now = 0.0
        run = trainer(clock=lambda: now)
        update = run.loop.update
        monkeypatch.setattr(run.loop, "update", slow_update)
        monkeypatch.setattr(run.budget, "after_evaluation", noted.append)
        finish(run)
        assert len(noted) > 1
        assert set(noted) == {0.0}

    def test_it_keeps_to_them_on_a_machine_that_slows_down_meanwhile(self):
        def clock():
            nonlocal looks, now
            looks += 1
            now += 0.1 if looks < 100 else 0.15
            return now

        looks, now = 0, 0.0
        run = trainer(settings=self.SETTINGS, clock=clock)
        plans = [progress.characters_planned for progress in run.run()]
        assert looks > 200
        assert plans[-1] < plans[len(plans) // 4] < plans[0]
        assert run.seconds <= 60

    def test_the_plan_is_fixed_by_the_speed_of_the_first_seconds_and_kept_at_that_speed(self):
        run = trainer(settings=self.SETTINGS, clock=ticking(0.1))
        plans = [progress.characters_planned for progress in run.run()]
        assert plans[0] == 50 * len(run.prepared.training)
        assert plans[-1] > 0.9 * min(set(plans) - {plans[0]})
        assert plans[-1] < plans[0] / 2

    def test_a_plan_that_fits_into_the_minutes_is_left_alone(self):
        run = finish(trainer(settings=replace(SETTINGS, epochs=1, minutes=60)))
        assert run.stopped == "epochs"
        assert run.loop.goal == len(run.prepared.training)

    @pytest.mark.parametrize("stop", [15, 100])
    def test_a_run_that_is_stopped_keeps_to_its_minutes_in_all(self, stop):
        first = trainer(settings=self.SETTINGS, clock=ticking(0.1))
        for progress in first.run():
            planned = 50 * len(first.prepared.training)
            if progress.characters_planned < planned and first.loop.position.updates >= stop:
                break
        # It continues on a machine that is ten times as fast.
        second = trainer(settings=self.SETTINGS, checkpoint=first.checkpoint(), clock=ticking(0.01))
        assert second.loop.goal == first.loop.goal
        assert second.seconds > first.seconds
        assert finish(second).loop.goal >= first.loop.goal
        assert second.seconds <= 60
        assert second.stopped == "minutes"

    def test_preparation_counts_and_is_reported(self):
        told = []
        run = Trainer(CORPUS, self.SETTINGS, "Ann", clock=ticking(0.5), on_preparation=told.append)
        assert len({progress.stage for progress in told}) == len(told) >= 4
        assert all(progress.share == 0 and progress.seconds_left <= 60 for progress in told)
        assert run.seconds > told[-1].seconds > told[0].seconds >= 0.5
        assert all(progress.seconds_left <= 60 - progress.seconds + 0.5 for progress in run.run())

    def slow(self, checkpoint=None):
        """A machine on which 2,000 held-out characters would take longer than their share of a minute."""
        settings = replace(self.SETTINGS, held_out=0.3)
        return trainer(make_corpus(40, stanzas=1), settings, checkpoint=checkpoint, clock=ticking(0.5))

    def test_a_slow_machine_measures_on_fewer_songs(self):
        run = self.slow()
        before = run.prepared.measured
        record = finish(run).result().training
        after = run.prepared.measured
        assert len(after.characters) < len(before.characters)
        assert record.measured_characters == after.characters[-1] < record.held_out_characters
        np.testing.assert_array_equal(after.ids, before.ids[: len(after.ids)])
        bits = Likelihood(run.result().parameters, lengths=run.prepared.vocabulary.lengths)
        of_fewer, of_all = (bits.bits_per_character(each.ids) for each in (after, before))
        assert record.validation_bits_per_character == pytest.approx(of_fewer, abs=0.01)  # in several streams
        assert 3 * abs(record.validation_bits_per_character - of_fewer) < abs(of_all - of_fewer)
        assert record.baseline_bits_per_character == after.baseline_bits_per_character
        first = trainer(make_corpus(40, stanzas=1), replace(self.SETTINGS, held_out=0.3), clock=ticking(0.5))
        for progress in first.run():
            if progress.characters_seen > 2000:
                break
        again = self.slow(first.checkpoint())
        assert again.prepared.measured.characters == after.characters


class TestStopping:
    def test_early_when_nothing_is_gained(self):
        run = finish(trainer(settings=replace(SETTINGS, epochs=20, learning_rate=1e-30)))
        assert run.stopped == "early"
        assert run.result().training.stopped == "early"
        assert len(run.loop.curve) == 1 + run.prepared.recipe.patience

    def test_a_run_that_never_ran_still_has_a_result(self):
        made = trainer().result()
        assert len(made.training.curve) == 1
        assert made.training.characters_seen == 0


class TestStartingFromAModel:
    FRENCH = CORPUS.replace("morning", "matinée à l'été")

    def settings(self, **changes):
        return replace(SETTINGS, hidden=None, layers=None, embedding=None, epochs=1, **changes)

    def test_it_continues_with_the_models_weights_and_sizes(self, model):
        run = finish(trainer(make_corpus(12, seed=4), self.settings(), start=model))
        assert run.result().shape == model.shape
        first = run.loop.curve[0].validation_bits_per_character
        scratch = finish(trainer(make_corpus(12, seed=4), replace(SETTINGS, epochs=1))).loop.curve[0]
        assert first < scratch.validation_bits_per_character - 0.5
        assert run.result().training.start == "base"

    def test_new_characters_are_added_and_sung_and_old_ones_that_the_artist_lacks_are_not(self, model):
        corpus = self.FRENCH.replace("guitar", "piano")
        tuned = trainer(corpus, self.settings(), start=model).result()
        assert tuned.vocabulary.units[: len(model.vocabulary)] == model.vocabulary.units
        assert set("éà'") <= set(tuned.profile.alphabet)
        assert "é" not in model.vocabulary
        assert set(tuned.profile.alphabet) <= set(corpus)

    def test_the_start_is_left_alone(self, model):
        before = model.parameters.flat.copy()
        finish(trainer(self.FRENCH, self.settings(), start=model))
        np.testing.assert_array_equal(model.parameters.flat, before)


class TestProgress:
    def test_it_only_goes_up_and_ends_at_the_plan(self):
        run = trainer()
        told = list(run.run())
        seen = [progress.characters_seen for progress in told]
        assert seen == sorted(seen)
        assert seen[0] == 0
        assert seen[-1] >= told[-1].characters_planned == run.loop.goal
        assert told[0].baseline_bits_per_character is not None
        assert told[0].validation_bits_per_character is None
        assert sum(progress.evaluated for progress in told) == len(run.loop.curve)
        assert told[-2].evaluated
        assert told[-1].share == 1
        assert all(progress.share < 1 for progress in told[:-1])
        assert told[-1].seconds_left == 0
        assert told[-1].best_bits_per_character == run.loop.best_bits
        assert all(progress.sample is None for progress in told)
        assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(told))

    def test_about_once_a_second(self):
        run = trainer(clock=ticking(0.25))
        told = list(run.run())
        gaps = [b.seconds - a.seconds for a, b in itertools.pairwise(told[:-1]) if not b.evaluated]
        assert len(gaps) > 10
        assert 1.0 <= min(gaps) <= max(gaps) <= 2.0

    def test_evaluations_come_with_a_verse_if_asked_for_and_that_changes_nothing(self):
        settings = replace(SETTINGS, epochs=20, learning_rate=1e-30)  # ends early, after few of them
        run = trainer(settings=replace(settings, samples=True))
        verses = [progress.sample for progress in run.run() if progress.sample is not None]
        assert len(verses) == len(run.loop.curve)
        assert len(set(verses)) > 1
        assert all(UNKNOWN not in verse and verse.strip() for verse in verses)
        assert bits_of(run) == bits_of(finish(trainer(settings=settings)))


class TestCorpus:
    def test_too_short(self):
        with pytest.raises(CorpusError, match=r"only 399 of the 400 characters"):
            trainer(("x" * 39 + "\n") * 9 + "x" * 39)

    def test_one_endless_line(self):
        with pytest.raises(CorpusError, match="only one line"):
            trainer("la " * 500)

    def test_what_was_typed_with_other_line_ends_is_the_same_corpus(self):
        assert trainer(CORPUS.replace("\n", "\r\n")).prepared.corpus_sha256 == trainer().prepared.corpus_sha256

    @pytest.mark.parametrize("corpus", ["la la la\n" * 60, "漢字かな\n" + "ラララ。\n" * 120, "1 2\n3 4\n\n" * 60])
    def test_odd_ones_train_too(self, corpus):
        made = finish(trainer(corpus, replace(SETTINGS, epochs=0.5))).result()
        assert np.isfinite(made.training.validation_bits_per_character)
        assert load_model(dump_model(made)).vocabulary == made.vocabulary


ACCENTED = make_corpus(12, seed=4, stanzas=1).replace("the harbour", "thé harbour")


@cache
def base_of(kind):
    """A tiny base that reads the corpora of these tests, of characters or of subwords."""
    text = join(make_songs(60, seed=7, stanzas=1))
    vocabulary = Vocabulary.of(text, 1)
    vocabulary = vocabulary.with_subwords(text, len(vocabulary) + 80) if kind == "subwords" else vocabulary
    ids = vocabulary.encode(text)
    parameters = initial_parameters(
        Shape(len(vocabulary), E=12, H=24, L=1), np.random.default_rng(0), vocabulary.log_frequencies(ids)
    )
    how = LoopSettings(batch=8, unroll=16, learning_rate=3e-2, evaluations=1)
    loop = TrainingLoop(parameters, ids, np.empty(0, np.int32), how, 12 * len(text), lengths=vocabulary.lengths)
    for _ in loop.run():
        pass
    return Model(loop.parameters, vocabulary)


TUNING = replace(SETTINGS, hidden=None, layers=None, embedding=None, epochs=2, learning_rate=2e-3)


@pytest.fixture(scope="module")
def tuned():
    return finish(trainer(ACCENTED, TUNING, base_of("subwords")))


class TestStartingFromSubwords:
    def test_it_continues_with_the_bases_units_and_new_characters(self, tuned):
        base, made = base_of("subwords"), tuned.result()
        assert made.training.start == "base"
        assert made.vocabulary.units == (*base.vocabulary.units, "é")
        assert made.vocabulary.merges == base.vocabulary.merges
        assert "é" in made.profile.alphabet
        assert all(len(unit) == 1 for unit in made.profile.alphabet)
        assert set(made.profile.alphabet) == set(join(split_songs(clean(ACCENTED)).training))
        assert load_model(dump_model(made)).vocabulary == made.vocabulary

    def test_the_record_counts_characters(self, tuned):
        made = tuned.result()
        record, split = made.training, split_songs(clean(ACCENTED))
        training, held_out = join(split.training), join(split.held_out)
        ids = made.vocabulary.encode(held_out)
        assert len(ids) < 0.6 * len(held_out)
        nats = Likelihood(made.parameters).nats(ids)
        assert record.validation_bits_per_character == pytest.approx(nats / (len(held_out) - 1) / math.log(2))
        assert record.corpus_characters == len(training) + len(held_out)
        assert record.held_out_characters == len(held_out)
        assert tuned.loop.goal == 2 * len(training)
        longest = SETTINGS.batch * SETTINGS.unroll * made.vocabulary.lengths.max()
        assert 2 * len(training) <= record.characters_seen < 2 * len(training) + longest
        assert record.curve[-1].characters == record.characters_seen
        assert record.epochs == pytest.approx(record.characters_seen / len(training), abs=0.01)
        json.dumps(record.to_json(), allow_nan=False)

    def test_the_baseline_is_the_same_whatever_the_units(self, tuned):
        split = split_songs(clean(ACCENTED))
        letters = Vocabulary.of(join(split.training), 1)
        training, held_out = (letters.encode(join(songs)) for songs in (split.training, split.held_out))
        baseline = -np.log2(KneserNey.fit(training, len(letters), order=6).probabilities_of(held_out)[1:]).mean()
        for start in (None, base_of("characters"), base_of("subwords")):
            assert trainer(ACCENTED, TUNING, start).prepared.measured.baseline_bits_per_character == pytest.approx(
                baseline, rel=1e-12
            )

    def test_it_learned(self, tuned):
        made, base = tuned.result(), base_of("subwords")
        held_out = join(split_songs(clean(ACCENTED)).held_out)
        untouched = extend(base, made.vocabulary, held_out, np.random.default_rng(0))
        before = Likelihood(untouched, lengths=made.vocabulary.lengths)
        bits = before.bits_per_character(made.vocabulary.encode(held_out))
        assert made.training.validation_bits_per_character < bits - 0.005
        assert made.training.validation_bits_per_character < made.training.baseline_bits_per_character

    @pytest.mark.parametrize("stop", [1, 9])
    def test_a_stopped_run_ends_as_an_undisturbed_one(self, tuned, stop):
        first = trainer(ACCENTED, TUNING, base_of("subwords"))
        for _ in itertools.islice(first.run(), stop + 1):
            pass
        assert first.loop.position.updates == stop
        second = finish(trainer(ACCENTED, TUNING, base_of("subwords"), first.checkpoint()))
        assert bits_of(second) == bits_of(tuned)

    def test_progress_counts_characters_too(self):
        settings = replace(TUNING, epochs=1, samples=True)
        run = trainer(ACCENTED, settings, base_of("subwords"))
        told = list(run.run())
        text = join(split_songs(clean(ACCENTED)).training)
        assert told[0].characters_planned == len(text)
        assert told[-1].characters_seen >= told[-1].characters_planned
        assert told[-1].epoch == pytest.approx(told[-1].characters_seen / len(text))
        assert [p.characters_seen for p in told] == sorted(p.characters_seen for p in told)
        verses = [progress.sample for progress in told if progress.sample is not None]
        assert verses
        assert set("".join(verses)) <= set(ACCENTED) | {"."}

    def test_a_corpus_in_another_script_is_learned_by_characters_as_without_it(self):
        corpus = make_corpus(12, stanzas=1).translate({c: 0x430 + c - 97 for c in range(97, 123)})
        starts = (Start.auto(base_of("subwords")), None)
        run, alone = (trainer(corpus, replace(TUNING, hidden=8), start) for start in starts)
        assert run.prepared.start.label == "scratch"
        assert run.prepared.vocabulary == alone.prepared.vocabulary
        assert run.loop.parameters.flat.tobytes() == alone.loop.parameters.flat.tobytes()
