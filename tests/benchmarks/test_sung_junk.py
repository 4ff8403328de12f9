"""The detector finds what a dress leaves in songs, and nothing in clean ones."""

import pytest

from tests.benchmarks.sung_junk import Dress

CLEAN = "I walk the shore at night\nand count the boats, 2 by 2"
DRESSED = "12 ContributorsShore Lyrics[Verse 1: Mara Quill]\n" + CLEAN + "\nYou might also like\n<br>12Embed"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Mara walks the shore", "word mara"),
        ("[I walk", "sign ["),
        ("at 00:12 I walk", "time"),
        ("Chorus", "header"),
        ("(Verse 2)", "header"),
        ("I walk <br> at night", "tag"),
        ("Am F C G/B", "chords"),
    ],
)
def test_what_is_left_of_a_dress_is_found(line, kind):
    assert kind in Dress.of(DRESSED, CLEAN).found_in([f"I walk\n{line}"])


def test_clean_songs_have_nothing_of_it():
    songs = ["I count the night, the shore\nand walk and count", "A boat, a boat"]
    assert not Dress.of(DRESSED, CLEAN).found_in(songs)
