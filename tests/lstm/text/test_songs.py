"""From a clean text to songs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.text.cleaning import clean
from lstm.text.songs import SONG_BREAK, join, songs_of

ANY_TEXT = st.text(st.characters(exclude_categories=()))
LINES = st.text("ab \n\r\t\u00a0\u2028\x00\u0301e-", max_size=60)


class TestSongs:
    def test_two_blank_lines_part_songs_and_one_parts_stanzas(self):
        assert songs_of("a\nb\n\nc\n\n\nd\n\n\n\n\ne") == ["a\nb\n\nc", "d", "e"]

    def test_a_short_text_with_single_blank_lines_is_one_song(self):
        assert songs_of("a\nb\n\nc\n\nd") == ["a\nb\n\nc\n\nd"]

    def test_one_blank_line_divides_songs_where_there_are_no_double_ones(self):
        stanzas = [f"a {k}\nb {k}" for k in range(40)]
        assert songs_of("\n\n".join(stanzas)) == stanzas

    def test_line_ends_of_all_kinds(self):
        assert songs_of(clean("a\r\rb\r\r\rc")) == ["a\n\nb", "c"]
        assert songs_of(clean("a\r\nb\r\n\r\n\r\nc\r\n")) == ["a\nb", "c"]

    @pytest.mark.parametrize("text", ["", "\n", "\n\n\n\n", " ", " \n\n\n "])
    def test_nothing(self, text):
        assert songs_of(text) == []

    @given(ANY_TEXT | LINES)
    def test_no_letter_is_lost(self, text):
        cleaned = clean(text)
        songs = songs_of(cleaned)
        assert "".join("".join(songs).split()) == "".join(cleaned.split())
        assert all(song.strip() and song == song.strip("\n") and SONG_BREAK not in song for song in songs)

    def test_joining_begins_and_ends_with_a_break(self):
        assert join(["a", "b\n\nc"]) == "\n\n\na\n\n\nb\n\nc\n\n\n"
        assert songs_of(join(["a", "b\n\nc"])) == ["a", "b\n\nc"]
