"""Rhyme by spelling, in other languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.rhyme.spelling import spelt_sound


@pytest.mark.parametrize(
    "pair",
    [
        # German
        "herz schmerz", "sonne wonne", "kind wind", "gehen sehen", "baum traum", "häuser mäuser", "rad tat",
        "zeit leid", "mohn ton", "fließt gießt", "mai ei", "häute leute", "wände ende",
        # French, Italian, Spanish
        "belle elle", "maison saison", "musique unique", "vie amie", "amore core", "città verità", "canción corazón",
        # Russian, Ukrainian, Greek
        "любовь кровь", "сад брат", "моего твоего", "идёт лёд", "розы морозы", "поле воле", "ніч річ", "θεός λαός",
        "αγάπη αγάπη-αγάπη",
        # Korean, Chinese, Hebrew
        "물 불", "明月光 太陽光", "שלום חלום",
    ],
)  # fmt: skip
def test_words_that_rhyme_have_one_tail_and_different_beginnings(pair):
    a, b = map(spelt_sound, pair.split())
    assert a.tail == b.tail != ""
    assert a.onset != b.onset


@pytest.mark.parametrize(
    "pair",
    ["herz haus", "sonne hütte", "книга нога", "сад дом", "물 밥", "光 霜", "casa mesa", "città pasta", "θεός λόγος"],
)
def test_words_that_do_not_rhyme_have_different_tails(pair):
    a, b = map(spelt_sound, pair.split())
    assert a.tail != b.tail


def test_signs_and_digits_have_no_sound():
    assert spelt_sound("").tail == spelt_sound("1842").tail == spelt_sound("--").tail == ""


@given(st.text(max_size=12))
def test_any_word_may_be_asked_for(word):
    sound = spelt_sound(word.lower())
    assert sound.tail == "" or sound.tail.startswith("~")
