"""Passages of a text that is too long to be read."""

import pytest

from lstm.text.excerpt import PASSAGES, excerpt
from lstm.text.songs import SONG_BREAK, songs_of
from tests.lstm.songs import make_songs


def test_a_short_text_is_taken_whole():
    assert excerpt("a\nb\n", 4) == "a\nb\n"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.9])
def test_whole_songs_from_all_over_the_text(share):
    songs = make_songs(2_000, stanzas=1)
    text = SONG_BREAK.join(songs)
    taken = songs_of(excerpt(text, share * len(text)))
    places = [songs.index(song) for song in taken]
    assert places == sorted(places)
    assert 0.7 * share * len(text) < sum(map(len, taken)) <= share * len(text)
    assert {place * PASSAGES // len(songs) for place in places} == set(range(PASSAGES))


def test_whole_lines_where_there_are_no_songs():
    lines = [f"line number {k} of many" for k in range(20_000)]
    taken = excerpt("\n".join(lines), 100_000).strip("\n").split("\n")
    assert set(taken) <= set(lines)
    assert len(set(taken)) == len(taken)
    assert 90_000 < len("\n".join(taken)) <= 100_000


def test_something_of_a_text_without_any_boundary():
    assert len(excerpt("x" * 100_000, 1_600)) == 1_600
