"""Characters, subwords and their ids, for any possible text."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm.text.cleaning import clean
from lstm.text.seed import clean_seed
from lstm.text.subwords import Segmenter
from lstm.text.vocabulary import UNKNOWN, Vocabulary

ANY_CHARACTER = st.characters(exclude_categories=())  # surrogates, control and private characters too
ANY_TEXT = st.text(ANY_CHARACTER)
SCRIPTS = "aZß é Жё Ωώ אבג ابج हिन्दी ไทย 漢字かな 한국어 🎵👩‍🎤 ﬁ Ⅷ ½ \U0001d4d0"
ENGLISH = Vocabulary([UNKNOWN, *"\n '-.abcdefghijklmnopqrstuvwxyz"])

vocabularies = st.text(ANY_CHARACTER).map(lambda text: Vocabulary.of(text, 1))


class TestMaking:
    def test_units_stand_in_order_of_code_point_after_the_unknown_one(self):
        assert Vocabulary.of("banana\n", 1).units == (UNKNOWN, "\n", "a", "b", "n")

    def test_rare_characters_are_left_out(self):
        assert Vocabulary.of("aaabbc", 2).units == (UNKNOWN, "a", "b")

    def test_a_text_without_frequent_characters_keeps_all(self):
        assert Vocabulary.of("abc", 2).units == (UNKNOWN, "a", "b", "c")

    def test_a_base_comes_first_and_keeps_its_ids(self):
        base = Vocabulary([UNKNOWN, *"zxb"])
        extended = Vocabulary.of("aabbcc", 2, base)
        assert extended.units == (UNKNOWN, "z", "x", "b", "a", "c")
        assert Vocabulary.of("abc", 2, base).units == base.units

    def test_the_replacement_character_of_a_text_is_not_a_second_unit(self):
        assert Vocabulary.of(UNKNOWN * 5 + "ab", 1).units == (UNKNOWN, "a", "b")

    @pytest.mark.parametrize(
        "units", [[], ["a"], ["a", UNKNOWN], [UNKNOWN, "a", "a"], [UNKNOWN, "ab"], [UNKNOWN, ""], [UNKNOWN, UNKNOWN]]
    )
    def test_other_units_are_refused(self, units):
        with pytest.raises(ValueError, match="unit"):
            Vocabulary(units)

    def test_equality_is_that_of_the_units(self):
        assert Vocabulary([UNKNOWN, "a"]) == Vocabulary((UNKNOWN, "a"))
        assert hash(Vocabulary([UNKNOWN, "a"])) == hash(Vocabulary((UNKNOWN, "a")))
        assert Vocabulary([UNKNOWN, "a"]) != Vocabulary([UNKNOWN, "b"])
        assert Vocabulary([UNKNOWN, "a"]) != (UNKNOWN, "a")

    @given(ANY_TEXT, ANY_TEXT)
    def test_an_extended_vocabulary_begins_with_its_base(self, text, more):
        base = Vocabulary.of(text, 1)
        extended = Vocabulary.of(more, 1, base)
        assert extended.units[: len(base)] == base.units
        assert set(extended.units) == set(text) | set(more) | {UNKNOWN}


class TestIds:
    @given(ANY_TEXT)
    @example(SCRIPTS)
    @example("\ud800 and ?")
    @example("\U0010ffff\0")
    def test_encoding_and_decoding_is_a_round_trip_of_known_characters(self, text):
        vocabulary = Vocabulary.of(text, 1)
        ids = vocabulary.encode(text)
        assert ids.dtype == np.int32
        assert ids.shape == (len(text),)
        assert vocabulary.decode(ids) == text

    @given(vocabularies, ANY_TEXT)
    @example(Vocabulary([UNKNOWN, "?"]), "\udcff?")
    def test_unknown_characters_have_id_0(self, vocabulary, text):
        assert vocabulary.encode(text).tolist() == [vocabulary.id_of(character) for character in text]
        wanted = "".join(character if character in vocabulary else UNKNOWN for character in text)
        assert vocabulary.decode(vocabulary.encode(text)) == wanted

    def test_ids_are_the_places_among_the_units(self):
        vocabulary = Vocabulary([UNKNOWN, "z", "a", "漢"])
        assert vocabulary.encode("az漢y" + UNKNOWN).tolist() == [2, 1, 3, 0, 0]
        assert [vocabulary.id_of(c) for c in "az漢y"] == [2, 1, 3, 0]
        assert len(vocabulary) == 4
        assert "漢" in vocabulary
        assert "y" not in vocabulary

    def test_nothing(self):
        assert ENGLISH.encode("").shape == (0,)
        assert ENGLISH.decode([]) == ""


class TestFolding:
    @pytest.mark.parametrize(
        ("typed", "heard"),
        [
            ("I WALK Alone", "i walk alone"),
            ("naïve café", "naive cafe"),
            ("\u00c5ngstr\u00f6m", "angstrom"),
            ("Łódź Øre straße Ægir Þór", "lodz ore strasse aegir thor"),
            ("ﬁre ｗｉｄｅ \U0001d4ea", "fire wide a"),
            ("\u201cdon\u2019t\u201d \u2014 \u2018no\u2019\u2026", "don't -- 'no'..."),
            ("no\u00a0break\u3000here", "no break here"),
            ("a🎵b漢c\x07d", "abcd"),
            ("line\r\nline\rline\u2028line", "line\nline\nline\nline"),
            ("e\u0301", "e"),
            (UNKNOWN + "a", "a"),
            ("\ud800a\udfff", "a"),
            ("ЖЖ", ""),
            ("", ""),
        ],
    )
    def test_to_lower_case_english(self, typed, heard):
        assert ENGLISH.fold(typed) == heard

    def test_to_upper_case_where_only_that_is_known(self):
        assert Vocabulary([UNKNOWN, *"ABC É"]).fold("abc é É") == "ABC É É"

    def test_what_is_known_stays_as_it_is(self):
        vocabulary = Vocabulary([UNKNOWN, *"Éée \n"])
        assert vocabulary.fold("Éée ée\né") == "Éée ée\né"

    @given(vocabularies, ANY_TEXT)
    @example(ENGLISH, SCRIPTS)
    @example(Vocabulary([UNKNOWN]), SCRIPTS)
    def test_only_known_characters_come_out_of_any_text(self, vocabulary, text):
        folded = vocabulary.fold(text)
        assert all(character in vocabulary and character != UNKNOWN for character in folded)
        assert 0 not in vocabulary.encode(folded)


class TestCleanSeed:
    @pytest.mark.parametrize(
        ("typed", "cleaned"),
        [
            ("walk ", "walk "),
            ("walk \t  ", "walk "),
            ("walk\n", "walk\n"),
            ("walk \r\n\n", "walk\n"),
            ("walk \u2028", "walk\n"),
            ("walk\n  ", "walk\n"),
            ("walk", "walk"),
            (" walk", " walk"),
            ("one\n\n\n\n\ntwo", "one\n\n\ntwo"),
            ("", ""),
            (" \n ", ""),
        ],
    )
    def test_what_it_ends_with_counts(self, typed, cleaned):
        assert clean_seed(typed) == cleaned

    @given(ANY_TEXT)
    def test_it_is_clean_but_for_its_end(self, text):
        seed = clean_seed(text)
        assert seed.rstrip() == clean(text).rstrip()
        assert all(c in "\n\u200c\u200d" or unicodedata.category(c)[0] != "C" for c in seed)


def test_log_frequencies_are_those_of_the_text_with_one_more_of_each():
    vocabulary = Vocabulary([UNKNOWN, "a", "b"])
    shares = np.exp(vocabulary.log_frequencies(vocabulary.encode("aaab")))
    np.testing.assert_allclose(shares, np.array([1, 4, 2]) / 7, rtol=1e-6)
    assert vocabulary.log_frequencies(vocabulary.encode("")).dtype == np.float32


MERGES = [("a", "l"), (" ", "al"), (" al", "o"), ("l", "o"), (" a", "lo")]
"""The unit " alo" is made by two of them."""
SUBWORDS = Vocabulary([UNKNOWN, *"\n abceklo'", "al", " al", " alo", "lo", " a"], [*MERGES[:4], (" ", "a"), MERGES[4]])
SMALL_TEXT = st.text("ab '\n.é", max_size=60)


class TestSubwords:
    @given(SMALL_TEXT, ANY_TEXT)
    @example("ab ab ab", SCRIPTS)
    def test_encoding_and_decoding_is_a_round_trip_but_for_unknown_characters(self, text, other):
        vocabulary = Vocabulary.of(text, 1).with_subwords(text, 20)
        ids = vocabulary.encode(text)
        assert ids.dtype == np.int32
        assert ids.shape == (len(Segmenter(vocabulary.merges).segment(text)),)
        assert vocabulary.decode(ids) == text
        wanted = "".join(character if character in vocabulary else UNKNOWN for character in other)
        assert vocabulary.decode(vocabulary.encode(other)) == wanted

    @pytest.mark.parametrize("text", ["ab " * 100 + "\n" + "ba a" * 90 + "\n\n", "ab" * 200, "\n" * 200, ""])
    def test_a_long_text_is_encoded_as_a_short_one(self, text, monkeypatch):
        vocabulary = Vocabulary.of("ab \n", 1).with_subwords("ab ab ba\nab", 20)
        whole = [vocabulary.id_of(unit) for unit in Segmenter(vocabulary.merges).segment(text)]
        monkeypatch.setattr("lstm.text.subwords.PART", 64)
        assert vocabulary.encode(text).tolist() == whole

    @given(SMALL_TEXT, ANY_TEXT)
    def test_lengths_are_the_characters_of_the_units(self, text, other):
        vocabulary = Vocabulary.of(text, 1).with_subwords(text, 20)
        assert vocabulary.lengths.tolist() == [len(unit) for unit in vocabulary.units]
        for read in (text, other):
            assert vocabulary.lengths[vocabulary.encode(read)].sum() == len(read)

    def test_a_text_is_cut_by_the_merges_in_their_order(self):
        assert [SUBWORDS.units[k] for k in SUBWORDS.encode("al alo lo\nkéa ab")] == [
            "al", " alo", " ", "lo", "\n", "k", UNKNOWN, "a", " a", "b",
        ]  # fmt: skip
        assert [SUBWORDS.id_of(unit) for unit in (" alo", "al", "a", "é", "ala")] == [
            SUBWORDS.units.index(" alo"), SUBWORDS.units.index("al"), SUBWORDS.units.index("a"), 0, 0,
        ]  # fmt: skip
        assert SUBWORDS.encode("").shape == (0,)
        assert SUBWORDS.encode("").dtype == np.int32

    @given(SMALL_TEXT, st.integers(0, 30))
    def test_there_are_as_many_units_as_asked_for_or_as_the_text_has(self, text, count):
        letters = Vocabulary.of(text, 1)
        vocabulary = letters.with_subwords(text, count)
        made = [left + right for left, right in vocabulary.merges]
        assert vocabulary.units == (*letters.units, *dict.fromkeys(made))
        assert len(vocabulary) <= max(count, len(letters))
        if len(vocabulary) < count:
            assert vocabulary == letters.with_subwords(text, count + 1) or len(made) > len(set(made))

    def test_a_unit_that_two_merges_make_is_one_unit(self, monkeypatch):
        merges = [("a", "b"), ("b", "c"), ("ab", "c"), ("a", "bc")]
        monkeypatch.setattr("lstm.text.vocabulary.learn_merges", lambda *_: merges)
        vocabulary = Vocabulary([UNKNOWN, *"abc"]).with_subwords("abc", 99)
        assert vocabulary.units == (UNKNOWN, *"abc", "ab", "bc", "abc")
        assert vocabulary.merges == tuple(merges)
        assert vocabulary.decode(vocabulary.encode("abc")) == "abc"

    def test_the_unknown_character_is_in_no_subword(self):
        vocabulary = Vocabulary([UNKNOWN, *"ab"]).with_subwords(("a" + UNKNOWN + "éb ab\n") * 9, 99)
        assert vocabulary.units == (UNKNOWN, "a", "b", "ab")

    def test_its_characters_are_a_vocabulary_of_their_own(self):
        characters = SUBWORDS.characters()
        assert characters.units == (UNKNOWN, *"\n abceklo'")
        assert characters.merges == ()
        assert characters.characters() is characters
        assert characters.encode("alo é").tolist() == [characters.id_of(c) for c in "alo é"]

    @given(SMALL_TEXT, ANY_TEXT, ANY_TEXT)
    @example("ab ab ab ab", "bé" * 3, "ab éb")
    def test_an_extended_vocabulary_begins_with_its_base_and_cuts_as_it_does(self, text, more, other):
        base = Vocabulary.of(text, 1).with_subwords(text, 20)
        extended = Vocabulary.of(more, 2, base)
        new = extended.units[len(base) :]
        assert extended.units[: len(base)] == base.units
        assert extended.merges == base.merges
        assert list(new) == sorted({c for c in more if more.count(c) > 1} - set(base.units))
        for read in (text, more, other):
            before, after = base.encode(read), extended.encode(read)
            np.testing.assert_array_equal(before, np.where(after < len(base), after, 0))
        assert extended.characters().units == (*base.characters().units, *new)

    def test_equality_is_that_of_the_merges_too(self):
        units = [UNKNOWN, *"abc", "ab", "bc", "abc"]
        one, other = ([("a", "b"), ("b", "c"), last] for last in (("ab", "c"), ("a", "bc")))
        assert Vocabulary(units, one) == Vocabulary(tuple(units), [list(pair) for pair in one])
        assert hash(Vocabulary(units, one)) == hash(Vocabulary(tuple(units), tuple(map(list, one))))
        assert Vocabulary(units, one) != Vocabulary(units, other)
        assert Vocabulary(units, one) != Vocabulary(units, [one[1], one[0], one[2]])
        assert SUBWORDS.characters() != SUBWORDS
        assert len({Vocabulary(units, one), Vocabulary(units, other), Vocabulary(units, one)}) == 2

    @pytest.mark.parametrize(
        ("units", "merges"),
        [
            ([UNKNOWN, *"ab"], [("a", "b")]),
            ([UNKNOWN, "a", "ab"], [("a", "b")]),
            ([UNKNOWN, *"abc", "abc"], [("a", "bc")]),
            ([UNKNOWN, *"abc", "ab", "bc"], [("a", "b")]),
            ([UNKNOWN, *"ab", "ab", "ab"], [("a", "b")]),
            ([UNKNOWN, *"a\n", "a\n"], [("a", "\n")]),
            ([UNKNOWN, *"a\n", "\n\n"], [("\n", "\n")]),
            ([UNKNOWN, *"a\n", "a\n", "aa\n"], [("a", "\n"), ("a", "a\n")]),
            ([UNKNOWN, "a", "a" + UNKNOWN], [("a", UNKNOWN)]),
            ([UNKNOWN, "a", ""], [("", ""), ("a", "")]),
            ([UNKNOWN, "a", "b"], [("a", "b", "c")]),
            ([UNKNOWN, "a", "b"], ["a"]),
        ],
        ids=[
            "makes no unit", "joins no unit", "joins what nothing makes", "a unit that nothing makes", "twice the unit",
            "ends a line", "two line ends", "by way of another", "the unknown", "nothing", "three", "one",
        ],
    )  # fmt: skip
    def test_other_merges_are_refused(self, units, merges):
        with pytest.raises(ValueError, match=r"unit|unpack"):
            Vocabulary(units, merges)

    def test_folding_looks_at_characters(self):
        assert SUBWORDS.fold("ÁLO al\u2019e") == "alo al'e"
        assert SUBWORDS.fold("zzz") == ""

    def test_log_frequencies_are_those_of_units(self):
        shares = np.exp(SUBWORDS.log_frequencies(SUBWORDS.encode("al alo al")))
        total = len(SUBWORDS) + 3
        for unit, count in (("al", 1), (" alo", 1), (" al", 1), ("a", 0)):
            assert shares[SUBWORDS.id_of(unit)] == pytest.approx((count + 1) / total)
