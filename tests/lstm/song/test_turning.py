"""Where lines could end with a rhyme."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from lstm.decoding.stream import Stream, Study
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model.model_file import load_model
from lstm.shipped import CHECKOUT_DATA
from lstm.song.ending import LEAST
from lstm.song.taste import Scores
from lstm.song.turning import CLOSING, PER_LINE, PER_WORD, Lengths, turns
from lstm.training.base_model import load_base

LINES = ("I walked along the empty road and waited for the rain\n", "She said the door was open\n")
WORDS = ("day", "way", "away", "say")
ANY = Lengths(0, 30, 1000)
WEIGHTS = Scores(fluency=2.0, weakest=0.5, last_word=0.3, length=1.0)


@pytest.fixture(scope="module", params=["base", "adapters"])
def voice(request: pytest.FixtureRequest) -> Voice:
    if request.param == "base":
        base = load_base()
        assert base is not None
        return Voice(base)
    return Voice(load_model((CHECKOUT_DATA / "models" / "saturday-june.safetensors").read_bytes()))


def read(voice: Voice, line: str) -> Study:
    start = Stream(voice.start(), voice.vocabulary.encode("\n\n"))
    StreamBatch(voice).run([start])
    stream = Stream(start.memory, voice.vocabulary.encode(line), is_studied=True)
    StreamBatch(voice).run([stream])
    return stream.study()


def texts(voice: Voice, lines: Sequence[Study], begun: int, words: Sequence[str], lengths: Lengths) -> list[str]:
    found = turns(voice, lines, begun, words, lengths, WEIGHTS)
    return [voice.vocabulary.decode([*lines[turn.line].units[: turn.place], *turn.word]) for turn in found]


def test_they_are_ranked_as_if_the_network_had_read_each_word_at_each_place(voice: Voice) -> None:
    """The reference reads every beginning with every word behind it."""
    line, ranks = LINES[0], {}
    for word in WORDS:
        for k, before in enumerate(line.split()[:-1], 1):
            text = " ".join(line.split()[:k]) + f" {word}"
            study = read(voice, text)
            nats, entropy = study.log_likelihoods, study.entropies
            assert voice.vocabulary.units[study.units[-1]] == f" {word}", before
            rank = WEIGHTS.fluency * (nats.sum() - CLOSING) / (len(text) + 1) + WEIGHTS.weakest * nats.min()
            rank += WEIGHTS.last_word * np.clip(nats[-1] + entropy[-1], LEAST, 0)
            ranks[text] = rank - abs(len(text) / 30 - 1)
    wanted: list[str] = []
    of_word: Counter[str] = Counter()
    for text in sorted(ranks, key=lambda text: -ranks[text])[: 4 * PER_LINE]:
        if len(wanted) < PER_LINE and of_word[text.split()[-1]] < PER_WORD:
            of_word[text.split()[-1]] += 1
            wanted.append(text)
    assert texts(voice, [read(voice, line)], 0, WORDS, ANY) == wanted


def test_only_so_many_are_taken_from_a_line_and_to_a_word(voice: Voice) -> None:
    studies = [read(voice, line) for line in (*LINES, "We left the house\n", "They never told us\n", "You came\n")]
    found = texts(voice, studies, 0, WORDS[:2], ANY)
    assert len(found) == 2 * PER_WORD
    assert len(set(found)) == len(found)
    assert max(Counter(text.split()[-1] for text in found).values()) == PER_WORD
    assert max(Counter(text.split()[0] for text in found).values()) <= PER_LINE


def test_their_lines_are_neither_shorter_nor_longer_than_asked(voice: Voice) -> None:
    found = texts(voice, [read(voice, line) for line in LINES], 0, WORDS, Lengths(20, 22, 25))
    assert found
    assert all(20 <= len(text) <= 25 for text in found)
    assert not turns(voice, [read(voice, line) for line in LINES], 0, WORDS, Lengths(80, 90, 100), WEIGHTS)


def test_what_was_given_of_a_line_is_kept(voice: Voice) -> None:
    study = read(voice, LINES[0])
    begun = len(voice.vocabulary.encode("I walked along"))
    found = texts(voice, [study], begun, WORDS, ANY)
    assert found
    assert all(text.startswith("I walked along the") for text in found)


def test_without_words_or_places_there_are_none(voice: Voice) -> None:
    assert not turns(voice, [read(voice, LINES[0])], 0, (), ANY, WEIGHTS)
    assert not turns(voice, [read(voice, "Hallelujah\n")], 0, WORDS, ANY, WEIGHTS)
