"""What a training starts from: the base, unless there is a reason against it; always what the user asked for."""

import codecs
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lstm.model.model_file import Model, dump_model, load_model
from lstm.model.record import StartTrial
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.songs import SONG_BREAK, join
from lstm.text.vocabulary import Vocabulary
from lstm.training import start as start_module
from lstm.training.base_model import load_base
from lstm.training.settings import TrainingSettings
from lstm.training.start import Start, StartDecision, choose, trial_characters
from tests.lstm.songs import make_songs

SHIPPED = Path(__file__).parents[3] / "data" / "corpora"
ENGLISH = (SHIPPED / "harbour-lights.txt").read_text("utf-8")[:20_000]
SMALL = TrainingSettings(epochs=1, hidden=8, embedding=4, batch=4, unroll=16)


@cache
def small_base():
    text = join(make_songs(20))
    vocabulary = Vocabulary.of(text + text.upper() + ENGLISH, 1)
    return Model(initial_parameters(Shape(len(vocabulary), 4, 8, 1), np.random.default_rng(0)), vocabulary)


def is_fresh(candidate):
    """Whether it has only the corpus's units; what starts from the base begins with the base's."""
    base = small_base().vocabulary.units
    return candidate.vocabulary.units[: len(base)] != base


def decide(text, start, settings=SMALL, **more):
    songs = text.split(SONG_BREAK)
    training, measured = join(songs[2:]), join(songs[:2])
    return choose(start, training, measured, Vocabulary.of(training, 1), 1, settings, **more)


def dressed(text, how):
    return {
        "as it is": text,
        "lower case": text.lower(),
        "capitals": text.upper(),
        "no punctuation": "".join(c for c in text if c.isalnum() or c.isspace()),
        "ad-libs": text.replace("\n", " (yeah, uh)\n"),
    }[how]


@pytest.mark.parametrize("how", ["as it is", "lower case", "capitals", "no punctuation", "ad-libs"])
def test_english_in_any_dress_starts_from_the_base_without_a_trial(how, monkeypatch):
    monkeypatch.setattr(start_module, "_try_both", None)
    decision, candidate = decide(dressed(ENGLISH, how), Start.auto(small_base()))
    assert decision == StartDecision("base", "It started from the base model.")
    assert not is_fresh(candidate)


def test_rap_is_english(monkeypatch):
    monkeypatch.setattr(start_module, "_try_both", None)
    lines = (
        "yeah i been ridin round gettin it all night long, woke up broke now the pockets so strong",
        "they was sleepin on the kid said my flow gon fade, gotta stack it, never quit, i was born in the shade",
        "homies on the corner tryna flip that dime, mama prayin in the kitchen and i'm writin my rhyme",
        "skrrt skrrt, whip it, i don't want no smoke, ain't nobody laughin cause this ain't no joke",
    )
    decision, _ = decide(SONG_BREAK.join(lines * 4), Start.auto(small_base()))
    assert decision.label == "base"


def test_another_script_is_learned_from_scratch():
    cyrillic = ENGLISH.translate({c: 0x430 + c - 97 for c in range(97, 123)})
    decision, candidate = decide(cyrillic, Start.auto(small_base()))
    assert decision.label == "scratch"
    assert "script" in decision.reason
    assert is_fresh(candidate)


@pytest.mark.parametrize(("ours", "theirs", "label"), [(2.5, 3.0, "base"), (3.0, 2.5, "scratch"), (2.5, 2.5, "base")])
def test_where_there_is_doubt_both_are_tried_and_the_better_one_is_taken(monkeypatch, ours, theirs, label):
    def short_training(candidate, *_):
        return theirs if is_fresh(candidate) else ours

    monkeypatch.setattr(start_module, "_short_training", short_training)
    decision, candidate = decide(codecs.encode(ENGLISH, "rot13"), Start.auto(small_base()))
    assert decision.label == label
    assert is_fresh(candidate) is (label == "scratch")
    assert decision.trial is not None
    assert (decision.trial.base_bits_per_character, decision.trial.scratch_bits_per_character) == (ours, theirs)
    assert f"{ours:.2f} bits per character with it and {theirs:.2f} without" in decision.reason


def test_a_trial_trains_both_and_leaves_the_weights_alone():
    text = codecs.encode(ENGLISH, "rot13")
    decision, candidate = decide(text, Start.auto(small_base()))
    trial = decision.trial
    assert 1 < trial.scratch_bits_per_character < 8
    assert 1 < trial.base_bits_per_character < 8
    assert trial.characters == trial_characters(SMALL, len(join(text.split(SONG_BREAK)[2:])))
    _, again = decide(text, Start.auto(small_base()), decided=decision)
    np.testing.assert_array_equal(candidate.trainable.parameters.flat, again.trainable.parameters.flat)


def test_a_trial_that_would_take_too_long_is_given_up():
    ticks = iter(range(0, 10**9, 50))
    decision, _ = decide(
        codecs.encode(ENGLISH, "rot13"), Start.auto(small_base()), replace(SMALL, minutes=1), clock=lambda: next(ticks)
    )
    assert decision.label == "base"
    assert "no time to try both" in decision.reason
    assert decision.trial is None


@pytest.mark.parametrize(
    ("minutes", "characters"), [(0.1, 6_000), (1, 15_000), (2, 30_000), (60, 60_000), (None, 60_000)]
)
def test_a_trial_is_short_where_the_minutes_are(minutes, characters):
    assert trial_characters(TrainingSettings(minutes=minutes), 10**6) == characters
    assert trial_characters(TrainingSettings(minutes=minutes), 500) == 500


def test_what_was_asked_for_is_obeyed():
    for text in (
        ENGLISH,
        codecs.encode(ENGLISH, "rot13"),
        ENGLISH.translate({c: 0x430 + c - 97 for c in range(97, 123)}),
    ):
        base, base_weights = decide(text, Start(small_base()))
        scratch, scratch_weights = decide(text, Start.from_scratch())
        other, other_weights = decide(text, Start(small_base(), "songs.safetensors"))
        assert (base.label, scratch.label, other.label) == ("base", "scratch", "songs.safetensors")
        assert not is_fresh(base_weights)
        assert is_fresh(scratch_weights)
        assert not is_fresh(other_weights)
        assert "songs.safetensors" in other.reason


def test_without_a_base_it_is_from_scratch():
    decision, candidate = decide(ENGLISH, Start.auto(None))
    assert decision.label == "scratch"
    assert is_fresh(candidate)
    assert decision.trial is None


def test_what_an_interrupted_run_has_decided_stands(monkeypatch):
    monkeypatch.setattr(start_module, "_try_both", None)
    decided = StartDecision("scratch", "As before.", StartTrial(1, 2.0, 1.0, 0.5))
    decision, candidate = decide(codecs.encode(ENGLISH, "rot13"), Start.auto(small_base()), decided=decided)
    assert decision == decided
    assert is_fresh(candidate)


def test_the_shipped_base_wins_english_and_loses_to_a_language_that_it_does_not_know():
    base = load_base()
    if base is None:
        pytest.skip("this checkout has no base model")
    settings = TrainingSettings(minutes=0.4)
    decision, _ = decide(codecs.encode(ENGLISH, "rot13"), Start.auto(base), settings)
    assert decision.trial is None or decision.label == "scratch"


def test_a_base_that_is_not_installed_is_trained_as_a_whole():
    """Adapters of it could not be loaded again."""
    own = load_model(dump_model(small_base()))
    assert own.is_base
    _, candidate = decide(ENGLISH, Start(own, "own.safetensors"))
    again = load_model(dump_model(Model(candidate.trainable.weights(), candidate.vocabulary)))
    np.testing.assert_array_equal(again.parameters.flat, candidate.trainable.parameters.flat)
