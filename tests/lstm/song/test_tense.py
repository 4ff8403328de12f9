"""The tense of lines, by their words."""

import pytest

from lstm.song.tense import Tense, tense_of, tenses_of
from lstm.text.words import words_of

PAST, PRESENT = Tense.PAST, Tense.PRESENT


@pytest.mark.parametrize(
    ("line", "tenses"),
    [
        ("I walked to the store", {PAST}),
        ("She's walking to the store", {PRESENT}),
        ("He said, I don't know", {PAST, PRESENT}),
        ("The bed, the need, a hundred sacred words", set()),
        ("Down by the river", set()),
        ("", set()),
    ],
)
def test_verbs_show_it(line, tenses):
    assert tenses_of(words_of(line)) == tenses


@pytest.mark.parametrize(
    ("lines", "tense"),
    [
        (["I walked", "She stood", "He is here"], PAST),
        (["I walked", "He is here"], None),
        (["He said it is here", "She is gone"], PRESENT),
        (["By the river"], None),
        ([], None),
    ],
)
def test_most_lines_decide_and_those_in_both_do_not_count(lines, tense):
    assert tense_of(map(words_of, lines)) == tense
