"""What an artist does in most songs."""

import pytest

from lstm.rhyme.ear import Rhymes
from lstm.rhyme.schemes import PATTERNS
from lstm.song.habits import Habits
from lstm.song.style import Style
from lstm.text.songs import songs_of
from tests.corpora import verse

EAR = Rhymes.shared(english=True)
STANZAS = {
    "AABB": "The rain\nA train\nThe light\nThe night",
    "ABAB": "The rain\nThe light\nA train\nThe night",
    "ABBA": "The rain\nThe light\nThe night\nA train",
    "AAAA": "The rain\nA train\nThe chain\nThe plane",
    "ABCB": "The rain\nThe light\nThe sea\nThe night",
    "none": "The rain\nThe light\nThe sea\nThe door",
}


@pytest.mark.parametrize("scheme", PATTERNS)
def test_the_scheme_of_most_stanzas_is_the_habit(scheme):
    songs = ["\n\n".join([STANZAS[scheme]] * 3)] * 4 + [STANZAS["none"]] * 3
    assert Habits.of(songs, EAR).rhyme == scheme


def test_too_few_stanzas_say_nothing():
    assert Habits.of([STANZAS["AABB"]] * 3, EAR).rhyme == "none"
    assert Habits.of([], EAR) == Habits("none", capitals=True)


def test_lines_that_begin_with_small_letters_are_a_habit():
    assert not Habits.of([STANZAS["AABB"].lower()] * 3, EAR).capitals
    assert Habits.of([STANZAS["AABB"]] * 3, EAR).capitals


def test_what_dickinson_and_burns_do():
    assert Habits.of(songs_of(verse("dickinson")), EAR).rhyme == "ABCB"
    assert Habits.of(songs_of(verse("burns")), EAR).capitals


def test_habits_travel_with_the_style():
    style = Style.of("\n\n\n".join([STANZAS["ABAB"].lower()] * 9))
    assert style.habits == Habits("ABAB", capitals=False)
    assert Style.from_json(style.to_json()).habits == style.habits
    stored = {name: value for name, value in style.to_json().items() if name != "habits"}
    assert Style.from_json(stored).habits == Habits()


@pytest.mark.parametrize("data", [None, [], {"rhyme": "ABAC"}, {"rhyme": 7, "capitals": "no"}, {"rhyme": None}])
def test_habits_that_nobody_has_are_the_usual_ones(data):
    assert Habits.from_json(data) == Habits()
