"""What is learned from, what is held out, and what is set aside."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.text.cleaning import clean
from lstm.text.errors import CorpusError
from lstm.text.near_copies import copies_of
from lstm.text.songs import SONG_BREAK
from lstm.training.split import FEWEST_LINES_FOR_GAPS, GAP_LINES, split_songs

WORDS = (
    "river stone candle window morning paper silver garden thunder apple winter letter shadow kitchen bottle summer "
    "orange ladder mirror pocket dancer hammer corner yellow feather basket mountain button"
).split()


def song(seed, lines=8):
    rng = random.Random(seed)
    return "\n".join(" ".join(rng.choices(WORDS, k=6)) for _ in range(lines))


SONGS = [song(k) for k in range(60)]
CORPUS = SONG_BREAK.join(SONGS)


def lines_of(texts):
    return [line for text in texts for line in text.splitlines() if line.strip()]


class TestSongs:
    def test_a_tenth_is_held_out_and_the_rest_is_learned(self):
        split = split_songs(CORPUS)
        assert len(split.held_out) == 6
        assert sorted(split.training + split.held_out) == sorted(SONGS)
        assert [s for s in SONGS if s in split.training] == list(split.training), "in their order"
        assert (split.pieces, split.near_copies_set_aside) == (60, 0)

    def test_another_share(self):
        assert 28 <= len(split_songs(CORPUS, 0.5).held_out) <= 32
        assert len(split_songs(CORPUS, 0.001).held_out) == 1
        assert len(split_songs(CORPUS, 0.999).training) == 1

    def test_the_choice_is_random_over_the_whole_file_and_repeats_with_its_seed(self):
        places = [SONGS.index(s) for seed in range(20) for s in split_songs(CORPUS, random_seed=seed).held_out]
        assert min(places) < 6
        assert max(places) >= 54
        assert len(set(places)) > 40
        assert split_songs(CORPUS, random_seed=3) == split_songs(CORPUS, random_seed=3)

    def test_one_huge_song_is_never_held_out(self):
        huge = song(99, lines=2000)
        for seed in range(20):
            split = split_songs(SONG_BREAK.join([*SONGS[:20], huge]), random_seed=seed)
            assert huge in split.training


class TestNearCopies:
    def live(self, of):
        return of.replace("river", "ocean", 1) + "\nthank you and good night"

    def test_a_live_version_of_a_learned_song_is_neither_learned_nor_measured(self):
        corpus = SONG_BREAK.join([*SONGS, *map(self.live, SONGS[:20])])
        counts = []
        for seed in range(5):
            split = split_songs(corpus, random_seed=seed)
            counts.append(split.near_copies_set_aside)
            assert len(split.training) + len(split.held_out) + counts[-1] == 80
            for held in split.held_out:
                assert not any(copies_of([held], split.training))
        assert max(counts) > 2

    def test_where_every_song_has_one_the_learned_ones_go(self):
        split = split_songs(SONG_BREAK.join([*SONGS, *map(self.live, SONGS)]))
        assert len(split.held_out) >= 10
        assert split.near_copies_set_aside >= 10
        assert len(split.training) + len(split.held_out) + split.near_copies_set_aside == 120
        assert not any(copies_of(split.held_out, split.training))

    def test_a_chorus_that_comes_back_within_a_song_stays(self):
        chorus = song(500, lines=4)
        songs = ["\n\n".join([verse, chorus + str(k), song(100 + k), chorus + str(k)]) for k, verse in enumerate(SONGS)]
        songs = [text.replace(chorus, song(900 + k, lines=4)) for k, text in enumerate(songs)]
        split = split_songs(SONG_BREAK.join(songs))
        assert split.near_copies_set_aside == 0
        assert all(held in songs for held in split.held_out)

    def test_case_and_punctuation_make_no_other_song(self):
        assert copies_of([SONGS[0].upper().replace("\n", "!\n")], SONGS[:1]) == [True]
        assert copies_of([SONGS[1]], SONGS[:1]) == [False]

    def test_songs_of_a_few_words_are_compared_as_a_whole(self):
        assert copies_of(["la la la", "oh my", "..."], ["La, la la!", "something else"]) == [True, False, False]

    def test_a_corpus_pasted_twice_still_has_songs_to_measure_by(self):
        split = split_songs(SONG_BREAK.join(SONGS[:20] * 2))
        assert split.held_out
        assert not set(split.held_out) & set(split.training)
        assert len(split.training) > 25

    def test_one_line_over_and_over_is_split_as_it_is(self):
        split = split_songs("\n".join(["la la la la la la la"] * 50))
        assert split.training
        assert split.held_out


class TestTextWithoutSongs:
    LINES = SONG_BREAK.join(SONGS).replace("\n\n\n", "\n").split("\n")

    def test_it_is_cut_by_lines_and_the_neighbours_of_what_is_held_out_are_left_out(self):
        assert len(self.LINES) >= FEWEST_LINES_FOR_GAPS
        split = split_songs("\n".join(self.LINES))
        held, learned = lines_of(split.held_out), lines_of(split.training)
        assert 0.07 < len(held) / len(self.LINES) < 0.13
        places = {line: k for k, line in enumerate(self.LINES)}
        near = {places[line] + shift for line in held for shift in range(-GAP_LINES, GAP_LINES + 1)}
        assert not near & {places[line] for line in learned}
        assert len(learned) == len(set(range(len(self.LINES))) - near)

    def test_a_few_lines_are_divided_without_gaps(self):
        text = "\n".join(self.LINES[:20])
        split = split_songs(text)
        assert len(lines_of(split.held_out)) == 2
        assert sorted(lines_of(split.training + split.held_out)) == sorted(self.LINES[:20])

    def test_few_songs_are_cut_by_lines_too(self):
        split = split_songs(SONG_BREAK.join(SONGS[:4]))
        assert len(lines_of(split.held_out)) in (3, 4)
        assert sorted(lines_of(split.training + split.held_out)) == sorted(lines_of(SONGS[:4]))

    def test_two_lines_are_enough_and_one_is_not(self):
        split = split_songs("one\ntwo")
        assert sorted(split.training + split.held_out) == ["one", "two"]
        for text in ("one", "", "one\n\n\n"):
            with pytest.raises(CorpusError, match="only one line"):
                split_songs(text)


@given(
    st.lists(st.text("abc \n", min_size=1, max_size=12), min_size=2, max_size=40),
    st.sampled_from(["\n", "\n\n", SONG_BREAK]),
    st.integers(0, 3),
)
def test_no_held_out_piece_is_a_copy_of_what_is_learned(pieces, separator, seed):
    text = clean(separator.join(pieces))
    try:
        split = split_songs(text, random_seed=seed)
    except CorpusError:
        assert len([line for line in text.split("\n") if line.strip()]) < 2
        return
    assert split.training
    assert split.held_out
    assert all(piece in text for piece in split.training + split.held_out)
    if any(copies_of(split.held_out, split.training)):  # nothing would be left to learn from without them
        assert all(copies_of(split.training, split.held_out))
