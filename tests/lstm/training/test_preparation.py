"""What comes before the first update."""

import itertools
import math

import numpy as np
import pytest

from lstm.text.cleaning import clean
from lstm.text.songs import join, songs_of
from lstm.text.vocabulary import Vocabulary
from lstm.training.preparation import (
    FEWEST_MEASURED,
    FEWEST_READ,
    FEWEST_SONGS_FOR_ERROR,
    STANDARD_ERROR,
    Earlier,
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
    np.testing.assert_array_equal(first.trainable.flat, second.trainable.flat)
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
    assert whole.within(0, whole.characters[0] + 1).characters == whole.characters[:2]
    assert whole.within(0, math.inf).characters == whole.characters
    assert whole.within(math.inf).characters == whole.characters


@pytest.mark.parametrize(("minutes", "most"), [(0.01, FEWEST_MEASURED), (0.5, 20_000), (None, 100_000)])
def test_what_is_measured_is_bounded(minutes, most):
    made = prepared(1200, minutes=minutes, held_out=0.5)
    assert made.held_out_characters > (20_000 if minutes == 0.01 else 100_000)
    assert made.measured.characters[-1] <= most + 10
    # Songs of a grammar are all alike, so that few of them are enough.
    assert made.measured.characters[-1] >= FEWEST_MEASURED - 400


def test_short_minutes_take_passages_of_a_long_text():
    made = prepared(1200, minutes=0.02)
    whole = len(clean(make_corpus(1200)))
    read = made.training_characters + made.held_out_characters
    assert whole > 2 * FEWEST_READ
    assert read <= FEWEST_READ + 10
    assert made.most_characters == FEWEST_READ
    assert 0.7 * FEWEST_READ < whole - made.left_out_characters <= FEWEST_READ
    songs = set(songs_of(clean(make_corpus(1200))))
    assert songs.issuperset(made.split.training)
    assert prepared(100, minutes=5).left_out_characters == 0


def test_a_busy_machine_prepares_fewer_characters():
    corpus = make_corpus(1200)
    settings = TrainingSettings(**SMALL, minutes=1)

    def read_by(seconds_per_look):
        clock = itertools.count(0, seconds_per_look).__next__
        return prepare(corpus, settings, Start.from_scratch(), clock=clock)

    quick, slow, slowest = map(read_by, (0.01, 0.2, 10))
    assert quick.most_characters is None
    assert FEWEST_READ < slow.most_characters < len(corpus)
    assert slowest.most_characters == FEWEST_READ
    again = prepare(corpus, settings, Start.from_scratch(), Earlier(slow.start, slow.most_characters))
    assert again.split == slow.split
    assert again.corpus_sha256 == quick.corpus_sha256


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
