"""From bytes in any encoding to text."""

import codecs
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm.text.encodings import Decoded, decode
from lstm.text.errors import CorpusError

ENCODABLE_TEXT = st.text(st.characters(exclude_categories=("Cs",)))

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
        assert decode(text.encode(encoding)).text == text

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    @pytest.mark.parametrize("text", ["short one", GERMAN, RUSSIAN, CHINESE + " ", "a\r\nb 🎵\r\n"])
    def test_unicode_without_a_mark(self, text, encoding):
        assert decode(text.encode(encoding)).text == text

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
            return  # reads as the mark of UTF-32
        assert decode(mark + text.encode(encoding)).text == text

    @given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
    @example("")
    @example(CHINESE)
    def test_utf_8_is_read_as_it_is(self, text):
        if not text.startswith("\ufeff"):
            assert decode(text.encode()).text == text

    @pytest.mark.parametrize(
        "data",
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\x06\0\0\0" + bytes(range(256)) * 9,
            b"\x7fELF\2\1\1" + b"\0" * 9 + bytes(range(256)) * 40,
            b"PK\3\4\x14\0\0\0\x08\0" + bytes(range(256)) * 12,
            b"\0" * 5_000,
            b" \0" * 500,
        ],
        ids=["png", "elf", "zip", "zeros", "wide blanks"],
    )
    def test_binary_files_are_refused(self, data):
        with pytest.raises(CorpusError, match=r"binary|picture|archive"):
            decode(data)

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (codecs.BOM_UTF8 + b"fine" + b"\xff\xfe" * 40, "UTF-8"),
            (codecs.BOM_UTF16_LE + "fine".encode("utf-16-le") + b"\x00\xd8" * 40, "UTF-16-LE"),
            (codecs.BOM_UTF32_BE + b"\0\0", "UTF-32-BE"),
        ],
    )
    def test_a_mark_that_lies_is_named(self, data, name):
        with pytest.raises(CorpusError, match=f"marked as {name}, but"):
            decode(data)

    def test_single_bad_bytes_do_not_make_utf_8_another_encoding(self):
        data = "Été, l\u2019hiver \u2014 où\n".encode() * 20
        assert decode(data + b"caf\xe9\n" + data).text == data.decode() + "café\n" + data.decode()
        assert decode(codecs.BOM_UTF8 + data + b"\x92").text == data.decode() + "\u2019"

    @pytest.mark.parametrize("cut", [1, 2, 3])
    def test_a_character_that_the_end_cuts_is_dropped(self, cut):
        assert decode("plain words \U0001f3b5".encode()[:-cut]) == Decoded("plain words ", "utf-8")

    def test_a_stray_zero_byte_is_dropped(self):
        assert decode(b"some text and then a zero\0 byte").text == "some text and then a zero byte"

    def test_the_whole_text_decides(self):
        text = "plain words\n" * 30_000 + "At the café we sat\n"
        assert decode(text.encode("latin-1")).text == text

    @pytest.mark.parametrize(
        ("text", "encodings"),
        [
            ("Quand la nuit tombe sur le port désert, je pense à toi, à l\u2019hiver\n", "cp1252 mac_roman"),
            ("O coração é uma estação onde ninguém sabe, amanhã será a canção da multidão\n", "cp1252 mac_roman cp850"),
            ("¿Dónde está el corazón, mañana? ¡Ay, qué niño más tímido según el pingüino!\n", "cp1252 mac_roman cp850"),
            ("Minä kävelen yöllä yksin, hyvää päivää, äiti; sinä et nää mua enää\n", "cp1252 mac_roman cp437"),
            ("één coördinatie van de zeeën, geïnd en reünie, café\n", "cp1252 mac_roman"),
            ("Gece çöktü yine şehrin üstüne, yıldızlar düşüyor, ağlama gönlüm, değil\n", "cp1254"),
            ("Zażółć gęślą jaźń, pójdź, kińże tę chmurność w głąb flaszy, miłość\n", "cp1250 iso8859_2"),
            ("Příliš žluťoučký kůň úpěl ďábelské ódy, když jsem šel domů\n", "cp1250 iso8859_2"),
            ("Árvíztűrő tükörfúrógép, őszi szél fúj, a szívem érted él örökké\n", "cp1250 iso8859_2"),
            ("Über allen Gipfeln ist Ruh, in allen Wipfeln spürest du süß\n", "cp1252 mac_roman"),
            ("När natten är lång och vägen är grå så sjunger ängarna för mig själv\n", "cp1252 mac_roman cp850"),
            ("don\u2019t you know I can\u2019t\n\u201cso what\u201d he said \u2014 no\n", "cp1252 mac_roman"),
            ("At the café we sat\nand you said no\n", "cp1252 mac_roman"),
        ],
        ids=lambda value: value[:12],
    )
    def test_latin_letters_are_read_letter_by_letter(self, text, encodings):
        for encoding in encodings.split():
            for times in (1, 30):
                assert decode((text * times).encode(encoding)).text == text * times

    @pytest.mark.parametrize(
        ("data", "format_name"),
        [
            (b"{\\rtf1\\ansi Hello}", "RTF"),
            (b"%PDF-1.4\n", "PDF"),
            (b"PK\x03\x04 word/document.xml", "Word"),
            (b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.text", "OpenDocument"),
            (b"PK\x03\x04 songs.txt", "zip"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word"),
            (b"ID3\x03\x00\x00", "audio"),
        ],
    )
    def test_documents_and_archives_are_refused_with_what_to_do(self, data, format_name):
        with pytest.raises(CorpusError, match=format_name) as caught:
            decode(data)
        assert re.fullmatch(r"This is an? [^\n]+; [^\n]+\.", str(caught.value))

    def test_a_song_may_begin_with_the_letters_of_a_signature(self):
        assert decode(b"ID3 is what they call me\nRIFF after RIFF\n").encoding == "utf-8"
        assert decode(b"RIFFs all day\n").encoding == "utf-8"

    @given(st.binary(max_size=300))
    @example(b"\xff\xfe\xfd" * 40)
    def test_any_bytes_give_text_or_a_sentence(self, data):
        try:
            assert isinstance(decode(data).text, str)
        except CorpusError as error:
            assert re.fullmatch(r"[A-Z][^\n]*\.", str(error))
