"""What comes before the first update."""

import math

import numpy as np
import pytest

from lstm.text.songs import join
from lstm.text.vocabulary import Vocabulary
from lstm.training.preparation import (
    FEWEST_MEASURED,
    FEWEST_SONGS_FOR_ERROR,
    STANDARD_ERROR,
    prepare,
    songs_enough,
)
from lstm.training.settings import TrainingSettings
from lstm.training.start import Start
from tests.lstm.ngram import baseline_bits
from tests.lstm.songs import make_corpus

SMALL = {"hidden": 8, "embedding": 4}


def prepared(songs=60, **settings):
    return prepare(make_corpus(songs), TrainingSettings(**SMALL, **settings), Start.from_scratch())


def test_steps_are_reported_as_they_begin():
    stages = []
    prepare(make_corpus(12), TrainingSettings(**SMALL), Start.from_scratch(), report=stages.append)
    assert stages[0] == "cleaning the text"
    assert len(stages) == len(set(stages)) == 5


def test_it_is_a_function_of_its_arguments():
    first, second = prepared(), prepared()
    np.testing.assert_array_equal(first.trained.flat, second.trained.flat)
    np.testing.assert_array_equal(first.measured.ids, second.measured.ids)
    assert first.split == second.split
    assert first.style == second.style


def test_the_first_songs_of_what_is_measured_are_measured_alike():
    whole = prepared().measured
    letters = Vocabulary.of(join(prepared().split.training), 1)
    learned = letters.encode(join(prepared().split.training))
    for n in (1, 2, len(whole.characters)):
        part = whole.within(whole.characters[n - 1])
        text = join(prepared().split.held_out[:n])
        assert prepared().vocabulary.decode(part.ids) == text
        assert part.characters[-1] == len(text)
        wanted = baseline_bits(learned, letters.encode(text), len(letters))
        assert part.baseline_bits_per_character == pytest.approx(wanted)
    assert whole.within(0).characters == whole.characters[:1]
    assert whole.within(math.inf).characters == whole.characters


@pytest.mark.parametrize(("minutes", "most"), [(0.01, FEWEST_MEASURED), (0.5, 20_000), (None, 100_000)])
def test_what_is_measured_is_bounded(minutes, most):
    made = prepared(1200, minutes=minutes, held_out=0.5)
    assert made.held_out_characters > 100_000
    assert made.measured.characters[-1] <= most + 10
    # Songs of a grammar are all alike, so that few of them are enough.
    assert made.measured.characters[-1] >= FEWEST_MEASURED - 400


def test_short_minutes_teach_the_n_gram_a_part_of_a_long_text():
    made = prepared(600, minutes=0.02)
    assert made.training_characters > 100_000
    assert 20_000 < made.baseline_characters <= 31_000
    assert prepared(100, minutes=5).baseline_characters == prepared(100, minutes=5).training_characters


@pytest.mark.parametrize("spread", [0.0, 0.05, 0.3])
def test_as_many_songs_as_the_standard_error_needs(spread):
    rng = np.random.default_rng(0)
    sizes = [1000] * 200
    bits = np.repeat(2 + spread * rng.standard_normal(200), 1000)
    n = songs_enough(bits, sizes)
    if n < 200:
        means = bits.reshape(200, 1000)[:n].mean(axis=1)
        assert means.std(ddof=1) / math.sqrt(n) <= STANDARD_ERROR
        assert n >= max(FEWEST_SONGS_FOR_ERROR, FEWEST_MEASURED // 1000)
    assert (n == 200) is (spread == 0.3)
