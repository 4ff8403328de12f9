"""Whether the last word of a line fits it, on the shipped base."""

import numpy as np
import pytest

from lstm.decoding.stream import Stream, Study
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.song.ending import LEAST, Ending, ending_of
from lstm.training.base_model import load_base


@pytest.fixture(scope="module")
def voice() -> Voice:
    base = load_base()
    assert base is not None
    return Voice(base)


def read(voice: Voice, line: str) -> Study:
    start = Stream(voice.start(), voice.vocabulary.encode("\n"))
    StreamBatch(voice).run([start])
    stream = Stream(start.memory, voice.vocabulary.encode(line + "\n"), is_studied=True)
    StreamBatch(voice).run([stream])
    return stream.study()


@pytest.mark.parametrize(
    ("line", "fitting", "not_fitting"),
    [
        ("And eat the whole thing", "up", "keep"),
        ("I put the kettle on and wait for", "you", "cold"),
        ("And all the lights were", "on", "them"),
        ("She left me standing in the", "rain", "said"),
    ],
)
def test_a_word_of_the_wrong_kind_fits_less(voice: Voice, line: str, fitting: str, not_fitting: str) -> None:
    fits, does_not = (
        ending_of(read(voice, f"{line} {word}"), voice.vocabulary).word for word in (fitting, not_fitting)
    )
    assert fits > -2.5 > does_not


@pytest.mark.parametrize("end", ["", ",", "...", '"'])
def test_it_is_the_likelihood_of_the_words_units_and_the_entropy_before_it(voice: Voice, end: str) -> None:
    study = read(voice, "I walk along the riverbank" + end)
    units = [voice.vocabulary.units[k] for k in study.units]
    first = next(k for k, unit in enumerate(units) if unit.startswith(" r"))
    last = next(k for k, unit in enumerate(units) if "".join(units[: k + 1]).startswith("I walk along the riverbank"))
    wanted = study.log_likelihoods[first : last + 1].sum() + study.entropies[first]
    ending = ending_of(study, voice.vocabulary)
    assert ending.word == pytest.approx(float(np.clip(wanted, LEAST, 0)), rel=1e-5)
    close = float(study.log_likelihoods[last + 1 :].sum())
    assert ending.close == pytest.approx(max(LEAST, close), rel=1e-5)


@pytest.mark.parametrize("line", ["Hallelujah", "...", ""])
def test_a_line_without_a_word_before_its_last_fits(voice: Voice, line: str) -> None:
    assert ending_of(read(voice, line), voice.vocabulary) == Ending()


@pytest.mark.parametrize(
    ("closed", "open_"),
    [
        ("He looked at the chalk and the boy was late", "He looked at the chalk and the boy was"),
        ("We had a list of the things that I know", "We had a list of the things that me"),
    ],
)
def test_a_line_that_breaks_off_closes_less_well(voice: Voice, closed: str, open_: str) -> None:
    good, bad = (ending_of(read(voice, line), voice.vocabulary).close for line in (closed, open_))
    assert good > -2.5 > bad
