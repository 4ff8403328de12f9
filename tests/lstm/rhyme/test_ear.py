"""Rhymes, looked up one by one and all at once, and schemes of them."""

import gzip
import re
from importlib import resources
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.rhyme.ear import RhymeIndex, Rhymes
from lstm.rhyme.schemes import SCHEMES
from lstm.text.words import last_word, words_of
from tests.corpora import ARTISTS, verse

GERMAN = "herz schmerz sonne wonne kind geschwind bäume träume nacht gebracht liebe triebe zeit leid".split()


@pytest.fixture(scope="module")
def ear():
    return Rhymes()


@pytest.mark.parametrize(
    "pair",
    [
        "light night", "love dove", "here near", "fire higher", "eyes skies", "say neigh", "through blue", "word heard",
        "sea-shore before", "o'er shore", "e'e me", "heav'n seven", "hours flow'rs", "singin' ringin'", "bonie Johnnie",
        "wand'ring pond'ring", "café day", "Night LIGHT", "blessèd undressèd", "don’t won't", "read bed", "read seed",
    ],
)  # fmt: skip
def test_words_that_rhyme(ear, pair):
    a, b = pair.split()
    assert ear.rhymes(a, b)
    assert ear.rhymes(b, a)


@pytest.mark.parametrize(
    "pair",
    [
        "love move", "cough though", "wind pinned-up", "have grave",  # eye rhymes and none
        "night night", "Night night", "there their", "sea see", "light delight", "leave believe", "read red", "eye I",
        "shore sea-shore", "night day", "lover of", "1842 two", " night", "... night", "around round",
    ],
)  # fmt: skip
def test_words_that_do_not_rhyme(ear, pair):
    a, b = pair.split(" ")
    assert not ear.rhymes(a, b)
    assert not ear.rhymes(b, a)


def test_words_of_another_language_sound_as_they_are_spelt():
    german = Rhymes.of(GERMAN)
    assert german.rhymes("Herz", "Schmerz")
    assert german.rhymes("Zeit", "Leid")
    assert not german.rhymes("Sonne", "Liebe")
    assert german.sounds("herz")[0].tail.startswith("~")


@pytest.mark.parametrize("artist", ARTISTS)
def test_english_verse_is_english(artist):
    assert not Rhymes.of(words_of(verse(artist))).sounds("love")[0].tail.startswith("~")


@given(st.text(max_size=10), st.text(max_size=10))
def test_rhyme_is_symmetric_and_no_word_rhymes_with_itself(a, b):
    ear = Rhymes()
    assert ear.rhymes(a, b) == ear.rhymes(b, a)
    assert not ear.rhymes(a, a)


@given(
    st.lists(st.sampled_from([*GERMAN, *"love dove move of there their hair wind find sinned read red bed".split()]))
)
def test_the_index_finds_what_the_ear_hears(words):
    index = RhymeIndex.of(words, Rhymes())
    for word in [*words, "above", "bear"]:
        distinct = dict.fromkeys(words)
        # The rhymes of one pronunciation come before those of the next, each in the order of the vocabulary.
        assert sorted(index.rhyming_with(word)) == sorted(
            other for other in distinct if index.rhymes.rhymes(word, other)
        )


def test_an_empty_index():
    assert RhymeIndex.of([]).rhyming_with("love") == ()
    assert RhymeIndex.of(["love", "1842"]).rhyming_with("") == ()


def test_the_index_of_a_large_vocabulary_is_made_and_asked_quickly():
    """Measured: 10,000 words of Burns in 0.4 s, 6 µs per question; the bounds leave room for slower machines."""
    listed = gzip.decompress((resources.files("lstm") / "data" / "rhymes.txt.gz").read_bytes()).decode().splitlines()
    words = [line.split()[0][::-1] for line in listed[:: len(listed) // 10_000]][:10_000]
    begun = process_time()
    index = RhymeIndex.of(words)
    built = process_time()
    recent = words[-4000:]
    answered = sum(bool(index.rhyming_with(word)) for word in recent)
    assert built - begun < 3
    assert (process_time() - built) / len(recent) < 200e-6
    assert answered > 2000


def test_poets_rhyme_where_they_should():
    """Measured: 0.63 of the lines of this Burns; an ear that knew no dialect or old spelling would find fewer."""
    ear, rhymed, count = Rhymes(), 0, 0
    for stanza in verse("burns").split("\n\n"):
        endings = [last_word(line) for line in stanza.splitlines() if line.strip()]
        for k, word in enumerate(endings):
            count += 1
            rhymed += any(ear.rhymes(word, other) for other in endings[max(0, k - 3) : k] + endings[k + 1 : k + 4])
    assert rhymed / count > 0.6


def test_agreement_with_pronouncing():
    """The rhymes of another library are ours too, except for equal onsets, which it allows; and it has all of ours."""
    pronouncing = pytest.importorskip("pronouncing")
    ear = Rhymes()
    for word in "night love day moon heart glory tender follow nation singing".split():
        theirs = {other for other in pronouncing.rhymes(word) if re.fullmatch("[a-z]+", other)}
        ours = {other for other in theirs if ear.rhymes(word, other)}
        assert all(set(ear.sounds(word)) & set(ear.sounds(other)) for other in theirs - ours)
        # Of one syllable: it distinguishes secondary from primary stress, and so "night" from "moonlight".
        strangers = [other for other in pronouncing.search("^[^0-9]*[0-9][^0-9]*$") if re.fullmatch("[a-z]+", other)]
        assert {other for other in strangers if ear.rhymes(word, other)} <= theirs | {word}


def test_the_schemes_are_what_their_names_say():
    for name, pattern in SCHEMES.items():
        if name != "none":
            assert pattern == tuple(tuple(k for k in range(n) if name[k] == name[n]) for n in range(4))
