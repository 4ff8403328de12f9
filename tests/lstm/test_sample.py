"""What `lstm.sample` says of a song that it has written."""

import pytest

from lstm.sample import _told
from lstm.song.composing import Report


@pytest.mark.parametrize(
    ("copied", "missed", "said"),
    [
        (0, 0, ""),
        (1, 1, "; 1 line is a copy; 1 line has no rhyme"),
        (2, 3, "; 2 lines are copies; 3 lines have no rhyme"),
    ],
)
def test_what_is_said_of_a_song_counts_one_and_many(copied: int, missed: int, said: str) -> None:
    report = Report(longest_copied_run=4, new_4grams=0.97, copied_lines=copied, rhymes_missed=missed)
    assert _told(report) == (
        f"-- longest run copied from the artist's songs: 4 words; 97% of the runs of four words are new{said}\n"
    )
