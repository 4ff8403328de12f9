import gzip
import json
from pathlib import Path

import numpy as np

from lstm.text.vocabulary import UNKNOWN, Vocabulary
from lstm.training.marks import agreement, marked, within

VOCABULARY = Vocabulary([UNKNOWN, "\n", " ", *"OnedayIM"])
SONG = {
    "artist": "a",
    "opening": "One",
    "lines": ["One day", "In May", "Two", "Three"],
    "stanzas": [0, 2],
    "places": [
        {"line": 1, "answers": 0, "candidates": [["In May", 5], ["Away", 1]]},
        {"line": 2, "answers": None, "candidates": [["Two", 5], ["Too", 3], ["To", 0]]},
        {"line": 3, "answers": None, "candidates": [["Three", 4], ["Four", 4]]},
    ],
}


def test_places_are_read_with_what_was_sung_before_them(tmp_path: Path) -> None:
    file = tmp_path / "marks.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, [SONG, SONG])).encode()))
    places = marked(file)
    assert [place.song for place in places] == [0, 0, 1, 1], "the third place tells nothing: all its marks are equal"
    rhymed, free = places[:2]
    assert (rhymed.before, rhymed.rhymes_with, rhymed.marks) == (("One day",), "One day", (5, 1))
    assert (free.before, free.rhymes_with, free.candidates) == (("One day", "In May", ""), "", ("Two", "Too", "To"))
    assert free.text_before(VOCABULARY.fold) == "\n\nOne day\nIn May\n\n", (
        "a song's first line breaks and a stanza's stay"
    )


def test_values_are_compared_within_their_groups() -> None:
    found = within(np.array([1.0, 3.0, 10.0, 10.0, 16.0]), np.array([0, 0, 2, 2, 2]))
    np.testing.assert_allclose(found, [-1, 1, -2, -2, 4])


def test_agreement_is_a_mean_over_groups_whose_marks_differ() -> None:
    marks = [np.array([1.0, 2.0]), np.array([3.0, 1.0]), np.array([1.0, 1.0])]
    assert agreement(marks, [np.array([0.0, 9.0]), np.array([5.0, 4.0]), np.array([1.0, 2.0])]) == 1.0
    assert agreement(marks[:1], [np.array([9.0, 0.0])]) == -1.0
    assert agreement([], []) == 0.0
