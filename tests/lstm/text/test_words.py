"""What counts as a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.text.words import is_unspaced, last_word, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" -- ?! ... '' ", []),
        ("I, o'er Sea-shores!", ["i", "o'er", "sea", "shores"]),
        ("'Tis singin' ``He said''", ["tis", "singin", "he", "said"]),
        ("don’t stop", ["don't", "stop"]),
        ("Straße nach Süden", ["strasse", "nach", "süden"]),
        ("床前明月光,", ["床", "前", "明", "月", "光"]),
        ("さくらんぼ go", ["さ", "く", "ら", "ん", "ぼ", "go"]),
        ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया"]),
        ("שלום, עולם", ["שלום", "עולם"]),
        ("route 66", ["route", "66"]),
    ],
)
def test_words_of_a_line(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", ""),
        ("...", ""),
        ("The sea-shore.", "sea-shore"),
        ("And the birds were singin';", "singin'"),
        ('"I broke my \'ead!"', "'ead"),
        ("He told me: 'I am a singer'", "singer"),
        ("He said 'No'", "No"),
        ("nothing left -- (Chorus)", "Chorus"),
        ("a word--and then--", "then"),
        ("Ich liebe die Straße!", "Straße"),
        ("床前明月光。", "床前明月光"),
        ("O’er", "O'er"),
        ("in 1842.", "1842"),
    ],
)
def test_the_last_word_of_a_line(line, word):
    assert last_word(line) == word


def test_scripts_without_spaces():
    assert all(map(is_unspaced, "光さサ々"))
    assert not any(map(is_unspaced, "aяα한あ"[:4]))


@given(st.text())
def test_any_text_has_words(text):
    assert all(word and not word[0].isspace() for word in words_of(text))
    word = last_word(text)
    assert word.strip() == word
    assert bool(word) == bool(words_of(text))


@given(st.text(st.sampled_from("aZ'9_- .\"`^~;x\t\x0b\x7f\u2019é漢"), max_size=20))
def test_ascii_text_has_the_same_words_by_the_short_way(text):
    for each in (text, text.encode("ascii", "ignore").decode()):
        assert words_of(each) == words_of(each + " é")[:-1]
