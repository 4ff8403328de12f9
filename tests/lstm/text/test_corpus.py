"""From files and folders to songs, and a split that keeps its promise."""

import codecs
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.text.corpus import (
    SONG_BREAK,
    CorpusError,
    Split,
    clean,
    read_corpus,
    read_plainly,
    songs_of,
    split_songs,
)


class TestReading:
    def test_a_file(self, tmp_path):
        file = tmp_path / "songs.txt"
        file.write_bytes("\ufeffOne\r\ntwo\r\n\r\n\r\nThree\u2026\r\n".encode())
        assert read_plainly([file]) == "One\ntwo\n\n\nThree..."

    def test_a_file_of_any_name_if_it_is_named(self, tmp_path):
        file = tmp_path / "songs.json"
        file.write_text("la la")
        assert read_plainly([file]) == "la la"

    def test_a_folder_in_order_of_name_with_what_is_below(self, tmp_path):
        for name, text in {
            "b.txt": "third", "a.TXT": "first", "album/x.md": "second", "plain": "fourth", "z.png": "no",
            "song.lrc": "sixth", "z.text": "seventh", ".hidden.txt": "no", ".git/objects/ab": "no",
        }.items():  # fmt: skip
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        (tmp_path / ".git/objects/cd").write_bytes(bytes(range(256)))
        assert read_plainly([tmp_path]).split(SONG_BREAK) == ["first", "second", "third", "fourth", "sixth", "seventh"]

    def test_a_folder_below_a_hidden_one_may_be_named(self, tmp_path):
        (tmp_path / ".songs").mkdir()
        (tmp_path / ".songs/a.txt").write_text("la")
        assert read_plainly([tmp_path / ".songs"]) == "la"

    def test_files_are_songs_apart_even_where_none_has_a_double_blank_line(self, tmp_path):
        (tmp_path / "a.txt").write_text("a\n\nb")
        (tmp_path / "b.txt").write_text("c\n\nd\n\n\ne")
        assert songs_of(read_plainly([tmp_path / "b.txt", tmp_path / "a.txt"])) == ["c\n\nd", "e", "a\n\nb"]

    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda path: None, "cannot be read: no such file"),
            (lambda path: path.mkdir(), "There is no text in"),
            (lambda path: path.write_bytes(b""), "There is no text in"),
            (lambda path: path.write_text(" \n\n \x07 \n"), "no lyrics|no text"),
            (lambda path: path.write_bytes(bytes(range(256)) * 9), "binary"),
            (lambda path: path.write_bytes(codecs.BOM_UTF8 + b"\xff" * 40), "damaged"),
        ],
        ids=["missing", "empty folder", "empty file", "blank file", "binary", "damaged"],
    )
    def test_what_cannot_be_read_is_named_in_one_sentence(self, tmp_path, make, reason):
        path = tmp_path / "corpus"
        make(path)
        with pytest.raises(CorpusError, match=reason) as caught:
            read_corpus([path])
        assert str(path) in str(caught.value)
        assert re.fullmatch(r"[^\n]+\.", str(caught.value))

    @pytest.mark.skipif(not hasattr(os, "mkfifo") or os.geteuid() == 0, reason="root reads everything")
    def test_a_file_that_may_not_be_read(self, tmp_path):
        (tmp_path / "a.txt").write_text("la")
        (tmp_path / "a.txt").chmod(0)
        with pytest.raises(CorpusError, match="permission denied"):
            read_corpus([tmp_path])

    def test_no_path(self):
        with pytest.raises(CorpusError, match="no text"):
            read_corpus([])


def essence(song):
    return re.findall(r"\w+", song.casefold())


class TestSplit:
    def test_the_last_tenth_of_the_songs_is_held_out(self):
        songs = [f"song {k}\nla {k}" for k in range(30)]
        assert split_songs(SONG_BREAK.join(songs)) == Split(tuple(songs[:27]), tuple(songs[27:]))

    def test_another_share(self):
        songs = [f"song {k}" for k in range(30)]
        assert len(split_songs(SONG_BREAK.join(songs), 0.5).held_out) == 15
        assert len(split_songs(SONG_BREAK.join(songs), 0.001).held_out) == 1
        assert len(split_songs(SONG_BREAK.join(songs), 0.999).training) == 1

    def test_few_songs_are_cut_by_stanzas(self):
        songs = [f"a {k}\nb {k}\n\nc {k}\n\nd {k}" for k in range(4)]
        split = split_songs(SONG_BREAK.join(songs))
        assert split.held_out == ("d 3",)
        assert split.training[0] == "a 0\nb 0"
        assert len(split.training) == 11

    def test_few_stanzas_are_cut_by_lines(self):
        text = "\n".join(f"line {k}" for k in range(20))
        assert split_songs(text) == Split(tuple(f"line {k}" for k in range(18)), ("line 18", "line 19"))

    def test_two_lines_are_enough_and_one_is_not(self):
        assert split_songs("one\ntwo") == Split(("one",), ("two",))
        for text in ("one", "", "one\n\n\n"):
            with pytest.raises(CorpusError, match="only one line"):
                split_songs(text)

    def test_a_song_that_is_also_learned_from_is_not_held_out(self):
        songs = [f"song {k}" for k in range(20)]
        songs[18] = "SONG 3!"
        assert split_songs(SONG_BREAK.join(songs)) == Split(tuple(songs[:18]), ("song 19",))

    def test_a_corpus_pasted_twice_still_has_songs_to_measure_by(self):
        songs = [f"song {k}" for k in range(10)] * 2
        split = split_songs(SONG_BREAK.join(songs))
        assert split.held_out == ("song 8", "song 9")
        assert split.training == tuple(f"song {k}" for k in range(8)) * 2

    def test_one_line_over_and_over_is_split_as_it_is(self):
        split = split_songs("\n".join(["la la la"] * 50))
        assert (len(split.training), len(split.held_out)) == (45, 5)

    @given(
        st.lists(st.text("abc \n", min_size=1, max_size=12), min_size=2, max_size=40),
        st.sampled_from(["\n", "\n\n", SONG_BREAK]),
    )
    def test_no_held_out_piece_is_among_those_learned_from(self, pieces, separator):
        text = clean(separator.join(pieces))
        try:
            split = split_songs(text)
        except CorpusError:
            assert len([line for line in text.split("\n") if line.strip()]) < 2
            return
        assert split.training
        assert split.held_out
        everything = [essence(song) for song in split.training + split.held_out]
        if len({tuple(words) for words in everything}) > 1:
            learned = [essence(song) for song in split.training]
            assert not any(essence(song) in learned for song in split.held_out)
        assert all(song in text for song in split.training + split.held_out)
