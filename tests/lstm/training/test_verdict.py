"""The sentences under a finished training."""

import pytest

from lstm.model.record import TrainingRecord
from lstm.training.verdict import verdict


def record(ours=2.25, baseline=2.5, **more):
    fields = {"epochs": 3.4, "stopped": "minutes", "corpus_characters": 90_000} | more
    return TrainingRecord(validation_bits_per_character=ours, baseline_bits_per_character=baseline, **fields)


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (
            2.25,
            "It predicts held-out songs better "
            "than the n-gram baseline (a table of letter sequences) by 0.25: 2.25 bits per character against 2.50",
        ),
        (
            2.6,
            "It predicts held-out songs worse "
            "than the n-gram baseline (a table of letter sequences) by 0.10: 2.60 bits per character against 2.50",
        ),
        (2.497, "It predicts held-out songs about as well as the n-gram baseline"),
        (None, "It could not be measured on held-out songs."),
    ],
)
def test_better_or_worse_than_the_n_gram_and_by_how_much(ours, said):
    assert verdict(record(ours)).startswith(said)


@pytest.mark.parametrize(
    ("epochs", "minutes", "said"),
    [
        (3.4, 5, "It read its text 3.4 times."),
        (1.0, 5, "It read its text once."),
        (2.02, None, "It read its text twice."),
        (0.25, 5, "It read only 25% of its text; it needs about 20 minutes to read all of it once."),
        (0.6, 0.5, "It read only 60% of its text; it needs about 0.8 minutes to read all of it once."),
        (0.001, 1, "It read less than 1% of its text; it needs about 1,000 minutes to read all of it once."),
    ],
)
def test_how_often_the_text_was_read(epochs, minutes, said):
    assert said in verdict(record(epochs=epochs, minutes=minutes))


def test_what_was_left_out_of_a_large_corpus():
    said = verdict(record(epochs=0.4, corpus_characters=250_000, left_out_characters=750_000, minutes=0.25))
    assert "it learned from passages throughout it, 250,000 of 1,000,000 characters." in said
    assert "It read only 10% of its text; it needs about 2 minutes to read all of it once." in said


def test_a_plan_of_less_than_an_epoch_that_was_asked_for_needs_no_minutes():
    said = verdict(record(epochs=0.5, stopped="epochs"))
    assert "It read 50% of its text." in said
    assert "minutes" not in said


@pytest.mark.parametrize(("ours", "characters"), [(2.7, 3_942), (1.9, 436), (2.5, 19_999)])
def test_a_short_text_is_called_short_whatever_the_figures_say(ours, characters):
    said = verdict(record(ours, corpus_characters=characters))
    assert f"With only {characters:,} characters, expect songs that sound mostly like the base model." in said
    assert "20,000 make a usable artist, 50,000 a good one." in said
    assert "More songs" not in said


def test_a_long_text_that_loses_says_what_would_help():
    assert "With only" not in verdict(record(2.7))
    assert "More songs or more minutes would help." in verdict(record(2.7))
    assert "More songs" not in verdict(record(2.4))


def test_the_reason_of_the_start_is_part_of_it():
    assert "It learned from scratch, as asked." in verdict(record(start_reason="It learned from scratch, as asked."))
