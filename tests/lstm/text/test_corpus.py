"""From any bytes to clean text, songs, and a split that separates them."""

import codecs
import os
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm.text.corpus import (
    SONG_BREAK,
    CorpusError,
    clean,
    decode,
    join,
    read_corpus,
    songs_of,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
ENCODABLE_TEXT = st.text(st.characters(exclude_categories=("Cs",)))
LINES = st.text("ab \n\r\t\u00a0\u2028\x00\u0301e-", max_size=60)

GERMAN = (
    "Über allen Gipfeln ist Ruh, in allen Wipfeln spürest du kaum einen Hauch;\n"
    "die Vögelein schweigen im Walde. Warte nur, balde ruhest du auch.\n"
) * 8
FRENCH = (
    "Été à la plage, où le garçon rêve d'une forêt très éloignée; le poème naïf s'achève près du château.\n"
    "Ça va, dit-elle, mais où sont passés les étés d'antan? Nous étions là, pressés, émus, comblés de fêtes.\n"
) * 6
RUSSIAN = (
    "Я помню чудное мгновенье: передо мной явилась ты, как мимолётное виденье, как гений чистой красоты.\n"
    "В томленьях грусти безнадежной, в тревогах шумной суеты, звучал мне долго голос нежный.\n"
) * 6
CHINESE = "床前明月光，疑是地上霜。举头望明月，低头思故乡。\n白日依山尽，黄河入海流。欲穷千里目，更上一层楼。\n" * 10
JAPANESE = "古池や蛙飛びこむ水の音。静けさや岩にしみ入る蝉の声。\n夏草や兵どもが夢の跡。さくら、弥生の空は。\n" * 10


class TestDecoding:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (GERMAN, "latin-1"),
            (FRENCH, "latin-1"),
            (FRENCH.replace("'", "\u2019").replace("poème", "\u0153uvre \u2014 po\u00e8me"), "cp1252"),
            (RUSSIAN, "koi8-r"),
            (RUSSIAN, "cp1251"),
            (CHINESE, "gb18030"),
            (JAPANESE, "shift-jis"),
            (JAPANESE, "euc-jp"),
        ],
    )
    def test_common_encodings_are_recognised(self, text, encoding):
        assert decode(text.encode(encoding)) == text

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    @pytest.mark.parametrize("text", ["short one", GERMAN, RUSSIAN, CHINESE + " ", "a\r\nb 🎵\r\n"])
    def test_unicode_without_a_mark(self, text, encoding):
        assert decode(text.encode(encoding)) == text

    @pytest.mark.parametrize(
        ("encoding", "mark"),
        [
            ("utf-8", codecs.BOM_UTF8),
            ("utf-16-le", codecs.BOM_UTF16_LE),
            ("utf-16-be", codecs.BOM_UTF16_BE),
            ("utf-32-le", codecs.BOM_UTF32_LE),
            ("utf-32-be", codecs.BOM_UTF32_BE),
        ],
    )
    @given(text=ENCODABLE_TEXT)
    @example("")
    @example(RUSSIAN)
    def test_a_byte_order_mark_decides(self, encoding, mark, text):
        if encoding == "utf-16-le" and text.startswith("\0"):
            return  # would be read as the mark of UTF-32
        assert decode(mark + text.encode(encoding)) == text

    @given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
    @example("")
    @example(CHINESE)
    def test_utf_8_is_read_as_it_is(self, text):
        if not text.startswith("\ufeff"):
            assert decode(text.encode()) == text

    @pytest.mark.parametrize(
        "data",
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\x06\0\0\0" + bytes(range(256)) * 9,
            b"\x7fELF\2\1\1" + b"\0" * 9 + bytes(range(256)) * 40,
            b"PK\3\4\x14\0\0\0\x08\0" + bytes(range(256)) * 12,
            b"\0" * 5_000,
            b" \0" * 500,
            b"some text and then a zero\0byte",
        ],
        ids=["png", "elf", "zip", "zeros", "wide blanks", "zero in text"],
    )
    def test_binary_files_are_refused(self, data):
        with pytest.raises(CorpusError, match="binary"):
            decode(data)

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (codecs.BOM_UTF8 + b"fine \xff\xfe", "UTF-8"),
            (codecs.BOM_UTF16_LE + b"a\0b", "UTF-16-LE"),
            (codecs.BOM_UTF32_BE + b"\0\0", "UTF-32-BE"),
        ],
    )
    def test_a_mark_that_lies_is_named(self, data, name):
        with pytest.raises(CorpusError, match=f"claims to be {name} but is damaged at byte"):
            decode(data)

    @given(st.binary(max_size=300))
    @example(b"\xff\xfe\xfd" * 40)
    def test_any_bytes_give_text_or_a_sentence(self, data):
        try:
            assert isinstance(decode(data), str)
        except CorpusError as error:
            assert re.fullmatch(r"[A-Z][^\n]*\.", str(error))


class TestCleaning:
    @pytest.mark.parametrize(
        ("text", "cleaned"),
        [
            ("a\r\nb\rc\n\rd", "a\nb\nc\n\nd"),
            ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
            ("\u2018a\u2019 \u201cb\u201d \u00abc\u00bb `d\u00b4", "'a' \"b\" \"c\" 'd'"),
            ("a\u2013b\u2014c\u2212d\u2026", "a-b--c-d..."),
            ("a\tb\u00a0c\u2003d", "a b c d"),
            ("e\u0301", "\u00e9"),
            ("e\x07\u0301", "\u00e9"),
            ("\ufeffa\u200bb\u00adc\x00d\ue000e\ud800f\U0010fffeg", "abcdefg"),
            ("می\u200cخواهم", "می\u200cخواهم"),
            ("👩\u200d🎤", "👩\u200d🎤"),
            ("a  \nb \n \nc ", "a\nb\n\nc"),
            ("\n\n a\n\n\n\n\n\nb\n\n", " a\n\n\nb"),
            ("a\n\n\nb\n\nc", "a\n\n\nb\n\nc"),
            ("", ""),
            (" \n\x07\n ", ""),
        ],
    )
    def test_one_form_of_every_text(self, text, cleaned):
        assert clean(text) == cleaned

    @given(ANY_TEXT | LINES)
    @example("\u1fef \u2010\u0301 `\u0301 ´\x07\u0300")
    @example("\u1100\x00\u1161\u11a8")
    def test_it_is_idempotent(self, text):
        assert clean(clean(text)) == clean(text)

    @given(ANY_TEXT | LINES)
    def test_nothing_invisible_is_left(self, text):
        cleaned = clean(text)
        odd = [c for c in cleaned if unicodedata.category(c)[0] == "C" and c not in "\n\u200c\u200d"]
        assert not odd
        assert unicodedata.is_normalized("NFC", cleaned)
        assert not re.search(r" \n| $|\n{4}|^\n|\n$|\t", cleaned)
        cleaned.encode("utf-8")


class TestSongs:
    def test_two_blank_lines_part_songs_and_one_parts_stanzas(self):
        assert songs_of("a\nb\n\nc\n\n\nd\n\n\n\n\ne") == ["a\nb\n\nc", "d", "e"]

    def test_one_blank_line_does_where_there_are_no_double_ones(self):
        assert songs_of("a\nb\n\nc\n\nd") == ["a\nb", "c", "d"]

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


class TestReading:
    def test_a_file(self, tmp_path):
        file = tmp_path / "songs.txt"
        file.write_bytes("\ufeffOne\r\ntwo\r\n\r\n\r\nThree\u2026\r\n".encode())
        assert read_corpus([file]) == "One\ntwo\n\n\nThree..."

    def test_a_file_of_any_name_if_it_is_named(self, tmp_path):
        file = tmp_path / "songs.json"
        file.write_text("la la")
        assert read_corpus([file]) == "la la"

    def test_a_folder_in_order_of_name_with_what_is_below(self, tmp_path):
        for name, text in {
            "b.txt": "third", "a.TXT": "first", "album/x.md": "second", "plain": "fourth", "z.png": "no",
            "song.lrc": "sixth", "z.text": "seventh", ".hidden.txt": "no", ".git/objects/ab": "no",
        }.items():  # fmt: skip
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        (tmp_path / ".git/objects/cd").write_bytes(bytes(range(256)))
        assert read_corpus([tmp_path]).split(SONG_BREAK) == ["first", "second", "third", "fourth", "sixth", "seventh"]

    def test_a_folder_below_a_hidden_one_may_be_named(self, tmp_path):
        (tmp_path / ".songs").mkdir()
        (tmp_path / ".songs/a.txt").write_text("la")
        assert read_corpus([tmp_path / ".songs"]) == "la"

    def test_files_are_songs_apart_even_when_each_is_parted_by_single_blank_lines(self, tmp_path):
        (tmp_path / "a.txt").write_text("a\n\nb")
        (tmp_path / "b.txt").write_text("c\n\nd\n\n\ne")
        assert songs_of(read_corpus([tmp_path / "b.txt", tmp_path / "a.txt"])) == ["c\n\nd", "e", "a", "b"]

    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (lambda path: None, "cannot be read: no such file"),
            (lambda path: path.mkdir(), "There is no text in"),
            (lambda path: path.write_bytes(b""), "There is no text in"),
            (lambda path: path.write_text(" \n\n \x07 \n"), "There is no text in"),
            (lambda path: path.write_bytes(bytes(range(256)) * 9), "binary"),
            (lambda path: path.write_bytes(codecs.BOM_UTF8 + b"\xff"), "damaged"),
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
