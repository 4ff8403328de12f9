"""What is wrong with a line."""

import pytest

from lstm.song.judging import Judge
from lstm.song.style import Style
from lstm.song.taste import TASTE

CORPUS = """\
The river is calling my brother away
The harbour light remembers every bay
My old guitar is singing for the rain
The bird will wander down the lonely lane
"""


@pytest.fixture(scope="module")
def judge():
    return Judge(Style.of(CORPUS), is_filtered=lambda line: "darn" in line)


@pytest.mark.parametrize(
    ("line", "weight"),
    [
        ("The harbour is singing for my brother", 0),
        ("The harbour is singing for my brothkler", TASTE.unknown_word),
        ("Thy harbour is singing for my brother", TASTE.old_word),
        ("The river", TASTE.odd_length),
        ("The harbour light remembers every bay", TASTE.copies),
        ("And then the river is calling my brother", TASTE.copies),
        ("The river is calling my old guitar", 0),
        ('The harbour is "singing for the bird', TASTE.leaves_open),
        ("The bird the bird the bird is singing", TASTE.is_stuck + 2 * TASTE.says_twice),
        ("The bird is singing for the bird", TASTE.says_twice),
        ("The harbour is is singing for my brother", TASTE.stutters),
        ("The darn bird is singing for the river", TASTE.filtered),
        ("The bird is singing to Mr. Brown, Susan", 3 * TASTE.strange_name),
        ("The bird is singing for José on the bay", TASTE.strange_name + TASTE.unknown_word),
        ('"My bird is singing in the rain" Susan said', TASTE.strange_name),
        ("The bird is singing on Sunday in March", 0),
        ("The Bird Is Singing For A Wooden River", 0),
    ],
)
def test_what_is_wrong_with_a_line_is_weighed(judge, line, weight):
    assert judge.after([]).faults(line) == weight


def test_a_third_line_of_the_last_eight_that_begins_alike_is_a_fault_that_needs_no_new_attempt(judge):
    line, alike = "The harbour is singing for my brother", ["The harbour waits.", "The harbour, dark"]
    others = ["Rain and lane", "A bird", "My guitar", "Wander away", "Every light", "Lonely bay", "Singing down"]
    assert judge.after(alike[:1] + others[:3]).faults(line) == 0
    assert judge.after(alike + others[:3]).faults(line) == TASTE.begins_alike + TASTE.dwells < 1
    assert judge.after(alike + others).faults(line) == 0


def test_lines_begin_with_a_word_as_often_as_the_artists_do(judge):
    line, others = "The harbour is singing for my brother", ["A bird", "Rain and lane", "Wander away"]
    beginnings = ["The bay", others[0], "The lane", others[1], "The guitar", others[2]]
    # Half of the artist's lines begin with "The": three of six, and one more, are not too many.
    assert judge.after(beginnings).faults(line) == 0
    rarer = "My bird is singing for the harbour"
    mine = [each.replace("The", "My") for each in beginnings]
    assert judge.after(mine).faults(rarer) == pytest.approx(TASTE.begins_too_often * (3 - 1 - 6 / 4))


@pytest.mark.parametrize(
    ("song", "line", "weight"),
    [
        ([], "The river is calling him away down", TASTE.stranger),
        (["My brother will wander"], "The river is calling him away down", 0),
        ([], "The river is calling him to my brother", 0),
        (["He will wander"], "The river is calling him away down", 0),
        ([], "The river is calling me away down", 0),
        (["I wander away", "You wander away"], "The river is calling them away down", TASTE.many_persons),
        (["I wander away", "You wander away"], "The river is calling me away down", 0),
        (["The bird sang", "I stood by the lane"], "The river is calling me away down", TASTE.changes_tense),
        (["The bird sang", "I stood by the lane"], "I called the river that is mine away", 0),
        (["The bird sang", "I'm calling the lane"], "The river is calling me away down", 0),
        (["The bird is singing"], "My brother wandered away by the bay", TASTE.changes_tense),
    ],
)
def test_people_out_of_nowhere_and_changes_of_tense_are_faults(song, line, weight):
    judge = Judge(Style.of(CORPUS + "you he him me I them to down\n"))
    assert judge.after(song, song).faults(line) == weight


@pytest.mark.parametrize(
    ("line", "weight"),
    [
        ("The bird is singing for my guitar", 0),
        ("The bird is singing for my guitar,", TASTE.unfinished),
        ("The bird is singing for my guitar is", TASTE.unfinished),
    ],
)
def test_a_stanza_ends_with_its_sentence(judge, line, weight):
    assert judge.after([], closes=True).faults(line) == weight
    assert judge.after([]).faults(line) == 0


def test_words_of_two_lines_before_are_dwelt_on_and_the_titles_of_four(judge):
    song = ["The river is old", "Rain", "A river is singing"]
    assert judge.after(song).faults("My brother will wander down the river") == TASTE.dwells
    assert judge.after(song, title="The river").faults("My brother will wander down the river") == 0
    often = [*song, "River", "The river"]
    assert judge.after(often, title="The river").faults("My brother will wander down the river") == TASTE.dwells
    assert judge.after(song[:1]).faults("My brother will wander down the river") == 0


def test_a_seed_may_copy_but_no_other_line():
    style = Style.of(CORPUS)
    judge = Judge(style, seed="The river is calling my brother away tonight\nThe harbour light remembers every bay")
    assert not judge.copies("The river is calling my brother away")
    assert not judge.copies("the harbour light remembers every bay")
    assert judge.copies("My old guitar is singing for the rain")
    assert judge.copies("And the bird will wander down the lonely lane")
    assert Judge(style, seed="The harbour light remembers").copies("The harbour light remembers every bay")


def test_a_name_of_the_song_or_its_seed_is_no_stranger() -> None:
    line = "The bird is singing for Susan"
    assert Judge(Style.of(CORPUS), "I wait for Susan").after([]).faults(line) == 0
    assert Judge(Style.of(CORPUS)).after(["Rain and Susan"]).faults(line) == 0


def test_speech_in_more_than_three_of_the_last_lines_is_a_fault(judge):
    line, plain = 'The bird is calling "My old guitar"', "The harbour is singing for my brother"
    spoken, others = ['"A lane"', "Rain says it", 'They say "Light"'], ["Wander away", "Every bay"]
    assert judge.after(spoken[:2] + others).faults(line) == 0
    assert judge.after(spoken + others).faults(line) == TASTE.speaks_too_often
    assert judge.after([*spoken, '"Down"']).faults(line) == 2 * TASTE.speaks_too_often
    assert judge.after(spoken + others).faults(plain) == 0
