"""One form of every text."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm.text.cleaning import clean

ANY_TEXT = st.text(st.characters(exclude_categories=()))
LINES = st.text("ab \n\r\t\u00a0\u2028\x00\u0301e-", max_size=60)
MARKS = st.text("a\u0344\u0301\u0300\u0327\u1fef`\u1100\u1161\u11a8\u09c7\u09be\u200d\u0f73 \n\x07\u0340", max_size=60)


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
            ("a\r\r\nb\r\r\nc", "a\nb\nc"),
            ("a" + "\u0335" * 30, "a" + "\u0335" * 8),
            ("", ""),
            (" \n\x07\n ", ""),
        ],
    )
    def test_one_form_of_every_text(self, text, cleaned):
        assert clean(text) == cleaned

    @given(ANY_TEXT | LINES | MARKS)
    @example("a" + "\u0344" * 30)
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
