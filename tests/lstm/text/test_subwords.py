"""Subwords: the pieces of a text, the merges that are learned, and how a text is cut by them."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lstm.text import subwords
from lstm.text.subwords import Segmenter, learn_merges
from tests.lstm.songs import make_corpus

ANY_TEXT = st.text(st.characters(exclude_categories=()))
SCRIPTS = "aZß é Жё Ωώ אבג ابج हिन्दी ไทย 漢字かな 한국어 🎵👩‍🎤 ﬁ Ⅷ ½ \U0001d4d0 ٣٤\r\n\t\x1c\u2028\u3000''t's''_x"
SMALL_TEXT = st.text("aab '\n1.é", max_size=60)
"""Few different characters, so that pairs recur."""
ONE_LETTER = st.text("aaaaa ", max_size=60)
MERGES = st.lists(st.tuples(*[st.text("ab '", min_size=1, max_size=3)] * 2), max_size=8, unique=True)


def cut(text):
    """The pieces of a text: what it is cut into before any merge."""
    return ["".join(piece) for piece in _pieces(text)]


def _is_letter(character):
    return character.isalnum() and not character.isdecimal()


def _is_sign(character):
    return not character.isalnum() and not character.isspace()


def _pieces(text):
    """Piece by piece and character by character, without a regular expression."""
    k = 0
    while k < len(text):
        start = k
        if text[k] == " " and k + 1 < len(text) and not text[k + 1].isspace():
            k += 1
        if _is_letter(text[k]):
            while k < len(text) and (
                _is_letter(text[k]) or (text[k] == "'" and k + 1 < len(text) and _is_letter(text[k + 1]))
            ):
                k += 1
        elif _is_sign(text[k]):
            while k < len(text) and _is_sign(text[k]):
                k += 1
        else:
            k += 1
        yield text[start:k]


def joined(word, pair):
    """A word (a list of units) with every occurrence of a pair joined, from the left."""
    made = []
    for unit in word:
        # Only a unit that was there before may be joined, so what is made is marked as a tuple until the end.
        if made and (made[-1], unit) == pair:
            made[-1] = (pair[0] + pair[1],)
        else:
            made.append(unit)
    return ["".join(unit) for unit in made]


def slow_merges(text, count, characters):
    """`learn_merges` exactly as in the paper: all pairs are counted again at every step."""
    words, units, merges = [list(piece) for piece in cut(text)], set(characters), []
    while len(merges) < count:
        counts = Counter(pair for word in words for pair in pairwise(word) if units.issuperset(pair))
        frequent = [pair for pair, n in counts.items() if n >= 2]
        if not frequent:
            break
        best = sorted(frequent, key=lambda pair: (-counts[pair], pair))[0]
        merges.append(best)
        units.add("".join(best))
        words = [joined(word, best) for word in words]
    return merges, [unit for word in words for unit in word]


def slow_segment(text, merges):
    """The pieces after applying the earliest possible merge, again and again."""
    words = []
    for piece in cut(text):
        word = list(piece)
        while possible := [pair for pair in merges if pair in pairwise(word)]:
            word = joined(word, possible[0])
        words += word
    return words


class TestPieces:
    @given(ANY_TEXT)
    @example(SCRIPTS)
    def test_they_are_the_text_again(self, text):
        assert "".join(Segmenter([]).segment(text)) == text

    @pytest.mark.parametrize(
        ("text", "pieces"),
        [
            ("I walk alone", ["I", " walk", " alone"]),
            ("don't, o'er", ["don't", ",", " o'er"]),
            ("rock 'n' roll'", ["rock", " '", "n", "'", " roll", "'"]),
            ("a''b", ["a", "''", "b"]),
            ("(ah!) -- oh...", ["(", "ah", "!)", " --", " oh", "..."]),
            ("in 1984, x2", ["in", " 1", "9", "8", "4", ",", " x", "2"]),
            ("one\n\n two", ["one", "\n", "\n", " two"]),
            ("a  b \nc", ["a", " ", " b", " ", "\n", "c"]),
            ("_snake_case", ["_", "snake", "_", "case"]),
            ("漢字、かな 한국", ["漢字", "、", "かな", " 한국"]),
            ("", []),
        ],
    )
    def test_words_signs_and_digits_take_the_space_before_them(self, text, pieces):
        assert cut(text) == pieces
        for piece in pieces:
            assert piece in Segmenter([(piece[:k], piece[k]) for k in range(1, len(piece))]).segment(text)

    @given(ANY_TEXT)
    @example(SCRIPTS)
    def test_nothing_is_joined_across_their_bounds(self, text):
        every_pair = list(dict.fromkeys(pairwise(text)))
        bounds = {0}
        for piece in cut(text):
            bounds.add(max(bounds) + len(piece))
        place = 0
        for unit in Segmenter(every_pair).segment(text):
            assert not bounds & set(range(place + 1, place + len(unit)))
            place += len(unit)


class TestLearning:
    @given(SMALL_TEXT, st.integers(0, 12), st.sets(st.sampled_from("ab '\n1.é"), min_size=1))
    @example("aaaa aaaa aaaaaaa", 12, set("a "))
    @example("\n\n\n\n\n\n", 5, {"\n"})
    def test_merges_are_those_of_counting_again_at_every_step(self, text, count, characters):
        assert learn_merges(text, count, characters) == slow_merges(text, count, characters)[0]

    @given(ONE_LETTER, st.integers(0, 12))
    def test_so_they_are_where_pairs_overlap(self, text, count):
        assert learn_merges(text, count, " a") == slow_merges(text, count, " a")[0]

    def test_so_they_are_in_songs(self):
        text = make_corpus(6, stanzas=1)
        merges = learn_merges(text, 150, set(text))
        assert merges == slow_merges(text, 150, set(text))[0]
        assert len(merges) > 100

    @given(SMALL_TEXT, st.randoms(use_true_random=False))
    def test_neither_the_order_of_characters_nor_the_time_of_asking_matters(self, text, random):
        characters = sorted(set(text))
        first = learn_merges(text, 9, characters)
        random.shuffle(characters)
        assert learn_merges(text, 9, iter(characters)) == first
        assert learn_merges(text, 5, characters) == first[:5]

    @given(SMALL_TEXT)
    def test_a_line_break_is_in_no_longer_unit(self, text):
        assert not any("\n" in left + right for left, right in learn_merges(text, 50, set(text)))

    @given(SMALL_TEXT, st.sets(st.sampled_from("ab '.é")))
    def test_only_allowed_characters_are_joined(self, text, characters):
        merges = learn_merges(text, 50, characters)
        assert characters.issuperset("".join(left + right for left, right in merges))
        known = set(characters)
        for left, right in merges:
            assert {left, right} <= known
            known.add(left + right)

    @given(SMALL_TEXT)
    def test_a_space_only_begins_a_unit(self, text):
        assert not any(" " in (left + right)[1:] for left, right in learn_merges(text, 50, set(text)))

    def test_a_pair_that_occurs_once_is_left_alone(self):
        assert learn_merges("abcd", 9, "abcd") == []
        assert learn_merges("ab ab", 9, "ab ") == [("a", "b")]

    def test_equally_frequent_pairs_come_in_alphabetical_order(self):
        assert learn_merges("zy\nxw\nzy\nxw\n", 9, "wxyz\n") == [("x", "w"), ("z", "y")]

    def test_there_is_nothing_to_learn_from_nothing(self):
        assert learn_merges("", 9, "ab") == learn_merges("abab", 0, "ab") == learn_merges("abab", 9, "") == []


class TestSegmenting:
    @given(ANY_TEXT, MERGES)
    @example(SCRIPTS, [("a", "b")])
    def test_units_are_the_text_again(self, text, merges):
        assert "".join(Segmenter(merges).segment(text)) == text

    @given(SMALL_TEXT, MERGES)
    def test_the_earliest_merge_comes_first(self, text, merges):
        assert Segmenter(merges).segment(text) == slow_segment(text, merges)

    @given(SMALL_TEXT | ONE_LETTER, MERGES)
    @example("ab" * 9, [("b", "a"), ("a", "ba"), ("a", "b")])
    def test_long_pieces_are_cut_as_short_ones(self, text, merges):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(subwords, "LONG_PIECE", 1)
            assert Segmenter(merges).segment(text) == slow_segment(text, merges)

    @given(SMALL_TEXT | ONE_LETTER, SMALL_TEXT | ONE_LETTER)
    def test_merges_that_were_learned_are_made_one_after_the_other(self, text, other):
        merges = learn_merges(text, 20, set(text))
        for read in (text, other):
            words = [list(piece) for piece in cut(read)]
            for pair in merges:
                words = [joined(word, pair) for word in words]
            assert Segmenter(merges).segment(read) == [unit for word in words for unit in word]

    @given(SMALL_TEXT | ONE_LETTER, st.integers(0, 20))
    def test_the_text_that_was_learned_from_is_cut_as_it_was_then(self, text, count):
        merges, units = slow_merges(text, count, set(text))
        assert Segmenter(merges).segment(text) == units

    @given(st.lists(SMALL_TEXT, max_size=5))
    def test_what_was_cut_before_does_not_matter(self, texts):
        merges = learn_merges("".join(texts), 20, "ab '.é")
        used = Segmenter(merges)
        for text in texts:
            for _ in range(2):
                units = used.segment(text)
                assert units == Segmenter(merges).segment(text)
                units.clear()

    def test_it_remembers_no_more_pieces_than_it_may(self, monkeypatch):
        monkeypatch.setattr(subwords, "REMEMBERED_PIECES", 3)
        segmenter = Segmenter([("a", "b")])
        for text in ("ab b ab ba bb\n", "bb ba"):
            assert segmenter.segment(text) == slow_segment(text, [("a", "b")])
        assert len(segmenter._known) == 3

    def test_lines_are_cut_alike_wherever_they_stand(self):
        text = make_corpus(3)
        segmenter = Segmenter(learn_merges(text, 100, set(text)))
        lines = text.splitlines(keepends=True)
        assert [unit for line in lines for unit in segmenter.segment(line)] == segmenter.segment(text)
