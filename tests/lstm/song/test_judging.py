"""What is wrong with a line."""

import pytest

from lstm.song.judging import BEGINS_ALIKE, COPIES, IS_FILTERED, IS_ODD_LENGTH, IS_OPEN, IS_STUCK, UNKNOWN_WORD, Judge
from lstm.song.style import Style

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
        ("The harbour is singing for my brothkler", UNKNOWN_WORD),
        ("The river", IS_ODD_LENGTH),
        ("The harbour light remembers every bay", COPIES),
        ("And then the river is calling my brother", COPIES),
        ("The river is calling my old guitar", 0),
        ('The harbour is "singing for the bird', IS_OPEN),
        ("The bird the bird the bird is singing", IS_STUCK),
        ("The darn bird is singing for the river", IS_FILTERED),
    ],
)
def test_what_is_wrong_with_a_line_is_weighed(judge, line, weight):
    assert judge.faults(line, []) == weight


def test_a_third_line_of_the_last_eight_that_begins_alike_is_a_fault_that_needs_no_new_attempt(judge):
    line, alike = "The harbour is singing for my brother", ["The harbour waits.", "The harbour, dark"]
    others = ["Rain and lane", "A bird", "My guitar", "Wander away", "Every light", "Lonely bay", "Singing down"]
    assert judge.faults(line, alike[:1] + others[:3]) == 0
    assert judge.faults(line, alike + others[:3]) == BEGINS_ALIKE < 1
    assert judge.faults(line, alike + others) == 0
