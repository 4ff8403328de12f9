"""Words that a dictionary of modern English lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.rhyme.english import English
from lstm.rhyme.pronunciation import shipped_dictionary


@pytest.fixture(scope="module")
def english():
    return English()


@pytest.mark.parametrize(
    ("word", "like"),
    [
        # elided
        ("o'er", "or"), ("ne'er", "air"), ("e'en", "bean"), ("heav'n", "heaven"), ("flow'r", "flower"),
        ("pow'rs", "powers"), ("wand'ring", "wandering"), ("tho'", "though"), ("thro'", "through"), ("an'", "an"),
        ("roun'", "noun"), ("'ead", "ed"), ("'ome", "ohm"), ("'neath", "beneath"), ("'scape", "escape"),
        ("mysel'", "sell"), ("'gainst", "against"), ("o'erflow", "flow"), ("de'il", "deal"), ("lovers'", "lovers"),
        # inflected
        ("drest", "dressed"), ("curst", "cursed"), ("ador'd", "adored"), ("slumbers", "numbers"),
        ("gladness", "madness"), ("mournfully", "scornfully"), ("rejoices", "voices"), ("pass'd", "past"),
        ("love's", "loves"), ("scorning", "morning"), ("rills", "hills"), ("tarries", "marries"),
        # old or British spelling
        ("splendour", "tender"), ("countrie", "country"), ("againe", "again"), ("offence", "offense"), ("tyde", "tide"),
        ("kyng", "king"), ("unravelled", "raveled"), ("hande", "hand"), ("realise", "realize"),
        # dialect
        ("bonie", "johnny"), ("awa'", "law"), ("sma'", "law"), ("hame", "came"), ("stane", "lane"), ("snaw", "law"),
        ("hae", "hay"), ("dearie", "weary"),
        # compounds
        ("to-day", "day"), ("sea-shore", "shore"), ("good-night--", "night"),
    ],
)  # fmt: skip
def test_a_word_sounds_like_another(english, word, like):
    tails = {sound.tail for sound in english.sounds(word)}
    assert tails & {sound.tail for sound in english.sounds(like)}, (word, english.sounds(word), english.sounds(like))


def test_dropped_g(english):
    assert english.sounds("comin'") == english.sounds("comin")
    assert [sound.tail for sound in english.sounds("gloamin'")] == ["omAn"]
    assert {sound.tail for sound in english.sounds("blowin'")} <= {sound.tail for sound in english.sounds("goin'")}


def test_a_grave_accent_makes_the_ending_sound(english):
    assert [sound.tail for sound in english.sounds("blessèd")] == ["EsAd"]
    assert [sound.tail for sound in english.sounds("bless'd")] == ["Est"]


def test_derived_words_are_known_and_strange_ones_are_not(english):
    assert all(map(english.known, ["love", "lov'd", "mournfully", "sea-gulls", "'ead"]))
    assert not any(map(english.known, ["blorp", "xq", "sea-blorp", ""]))


def test_listed_words_sound_as_listed(english):
    for word in ("light", "loved", "moving", "kisses"):
        assert english.sounds(word) == shipped_dictionary().sounds(word)


@given(st.text("abcdefghijklmnopqrstuvwxyz'-è", max_size=14))
def test_any_word_may_be_asked_for(word):
    for sound in English().sounds(word):
        assert sound.tail


@pytest.mark.parametrize("word", ["x'q'z'v'k'w" * 3, "kyne'ick" * 8, "ise'our" * 8 + "lyness" * 5])
def test_a_word_of_countless_forms_is_given_up(english: English, word: str) -> None:
    assert not english.known(word)
    english.sounds(word)
