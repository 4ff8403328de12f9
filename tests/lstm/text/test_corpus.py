"""From files and folders to songs, and a split that keeps its promise."""

import codecs
import os
import re

import pytest

from lstm.text.corpus import TEXT_SUFFIXES, read_corpus, read_plainly
from lstm.text.errors import CorpusError
from lstm.text.songs import SONG_BREAK, songs_of


def test_of_large_files_passages_are_read_from_each(tmp_path):
    for name in ("a", "b"):
        songs = (f"Line {k} of {name}\nand its end" for k in range(3_000))
        (tmp_path / f"{name}.txt").write_text(SONG_BREAK.join(songs))
    understood = read_corpus([tmp_path], 60_000)
    names = [song.lines[0][-1] for song in understood.songs]
    assert 0.4 < names.count("a") / len(names) < 0.6
    assert 40_000 < len(understood.text) <= 60_000
    assert understood.left_out > 60_000


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
            "song.lrc": "sixth", "z.text": "seventh", "z.yaml": "eighth", "z.YML": "ninth",
            ".hidden.txt": "no", ".git/objects/ab": "no",
        }.items():  # fmt: skip
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        (tmp_path / ".git/objects/cd").write_bytes(bytes(range(256)))
        assert read_plainly([tmp_path]).split(SONG_BREAK) == [
            "first", "second", "third", "fourth", "sixth", "ninth", "seventh", "eighth"
        ]  # fmt: skip

    def test_a_dress_that_files_are_named_after_is_read_from_a_folder(self):
        assert {".json", ".yaml", ".yml", ".csv", ".html", ".srt", ".lrc", ".md", ".cho", ".txt"} <= TEXT_SUFFIXES
        assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in TEXT_SUFFIXES)

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
