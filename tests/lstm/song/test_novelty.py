"""The word index against plain searches, and its size and speed."""

import random
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.song.novelty import WordNgrams
from lstm.text.songs import SONG_BREAK, songs_of
from lstm.text.words import words_of
from tests.corpora import verse

CORPUS = SONG_BREAK.join(
    [
        "The rose is red,\nThe violet's blue;\n\nSugar is sweet,\nAnd so are you.",
        "The rose is dead\nand gone, and gone.",
    ]
)

lines = st.lists(st.sampled_from(["the", "a", "Rose", "is", "red,", "o'er", "new"]), max_size=7).map(" ".join)
songs = st.lists(lines, min_size=1, max_size=6).map("\n".join)
corpora = st.lists(songs, max_size=4).map(SONG_BREAK.join)


def test_the_share_of_lines_that_begin_with_a_word():
    lines = [
        "The rose is red",
        "The rose is dead",
        "",
        "And so are you",
        "The rose is red",
        "The end",
        "Theirs is new too",
    ]
    index = WordNgrams.of("\n".join(lines))
    shares = [index.share_of_lines_begun_by(word) for word in ("the", "and", "theirs", "rose", "unheard")]
    assert shares == [2 / 4, 1 / 4, 1 / 4, 0, 0]
    assert WordNgrams.of("").share_of_lines_begun_by("the") == 0


def test_runs_of_words():
    index = WordNgrams.of(CORPUS)
    assert index.longest_run("the ROSE is red") == 4
    assert index.longest_run("my rose is -- red!") == 3
    assert index.longest_run("is red the violet's") == 4  # over a line's end
    assert index.longest_run("violet's blue sugar is salt") == 4  # over a stanza's
    assert index.longest_run("so are you the rose is dead") == 4  # but not over a song's
    assert index.longest_run("nothing of this") == index.longest_run("") == 0


def test_whole_lines():
    index = WordNgrams.of(CORPUS)
    assert index.is_whole_line("the rose is red")
    assert index.is_whole_line('"And so are YOU!"')
    assert not index.is_whole_line("Sugar is sweet,")  # three words are too few to be a copy
    assert not index.is_whole_line("rose is red the")
    assert not index.is_whole_line("The rose is red, the")
    assert not index.is_whole_line("the rose is new")


def test_share_of_new_ngrams():
    index = WordNgrams.of(CORPUS)
    assert index.new_share("the rose is red") == 0.0
    assert index.new_share("the rose is red\nas wine") == pytest.approx(2 / 3)
    assert index.new_share("the rose is red", n=5) == 1.0
    assert index.new_share("") == 1.0
    assert index.new_share("gone gone", n=1) == 0.0


def test_an_index_of_nothing():
    index = WordNgrams.of("")
    assert index.longest_run("the rose") == 0
    assert not index.is_whole_line("the rose is red")
    assert index.new_share("the rose is red") == 1.0
    assert WordNgrams.from_arrays(index.arrays()).longest_run("the rose") == 0


@given(corpora, songs)
def test_against_a_plain_search(text, song):
    index = WordNgrams.of(text)
    corpus = [words_of(part) for part in songs_of(text)]
    whole = {tuple(words_of(line)) for line in text.splitlines()}
    words = words_of(song)

    def occurs(run):
        return any(run == part[k : k + len(run)] for part in corpus for k in range(len(part)))

    runs = [words[a:b] for a in range(len(words)) for b in range(a + 1, len(words) + 1)]
    assert index.longest_run(song) == max((len(run) for run in runs if occurs(run)), default=0)
    for line in song.splitlines():
        assert index.is_whole_line(line) == (len(words_of(line)) >= 4 and tuple(words_of(line)) in whole)
    fours = [run for run in runs if len(run) == 4]
    expected = sum(not occurs(run) for run in fours) / len(fours) if fours else 1.0
    assert index.new_share(song) == pytest.approx(expected)


@given(corpora, songs)
def test_an_index_survives_as_arrays(text, song):
    index = WordNgrams.of(text)
    arrays = {name: array.copy() for name, array in index.arrays().items()}
    again = WordNgrams.from_arrays(arrays)
    assert again.longest_run(song) == index.longest_run(song)
    assert again.new_share(song, 2) == index.new_share(song, 2)
    assert all(np.array_equal(array, index.arrays()[name]) for name, array in again.arrays().items())


@pytest.mark.parametrize(
    "wrong",
    [
        {"codes": np.array([2, 99, 0], np.uint32)},
        {"codes": np.array([2, 3, 2], np.uint32)},
        {"codes": np.array([2, 0], np.uint32)},
        {"codes": np.array([[2, 3, 0]], np.uint32)},
        {"order": np.array([0, 0, 1], np.uint32)},
        {"order": np.array([0, 1, 3], np.uint32)},
        {"order": np.array([0, 1], np.uint32)},
        {"lines": np.array([2], np.uint32), "line_sizes": np.array([2], np.uint32)},
        {"lines": np.array([1], np.uint32)},
        {"words": np.frombuffer(b"\xff\xfe", np.uint8)},
    ],
)
def test_damaged_arrays_are_refused(wrong):
    arrays = WordNgrams.of("red rose").arrays()
    with pytest.raises(ValueError, match=r"word index|codec"):
        WordNgrams.from_arrays(arrays | wrong)
    with pytest.raises(KeyError):
        WordNgrams.from_arrays({"codes": arrays["codes"]})


def test_an_index_of_one_long_refrain_answers_at_once():
    """Each place of the corpus begins like the line that is looked for, and none of them but the first is that line."""
    index = WordNgrams.of("la " * 200_000 + "\nla la la la lee")
    begun = process_time()
    for _ in range(100):
        assert not index.is_whole_line("la la la la")
        assert index.is_whole_line("La la, la la lee!")
    assert process_time() - begun < 0.5


def test_many_different_words_are_found_and_counted():
    words = [f"w{number}" for number in range(70_000)]  # their codes cross those of surrogates
    index = WordNgrams.of("\n".join(" ".join(words[k : k + 7]) for k in range(0, len(words), 7)))
    assert index.words() == sorted(words)
    assert all(index.has_word(word) for word in words[::100])
    assert not index.has_word("w")
    assert not index.has_word("")
    assert index.is_whole_line(" ".join(words[56_000:56_007]))
    assert index.longest_run(" ".join(words[55_000:55_050])) == 50
    assert index.nbytes > 70_000 * 60


def test_a_large_corpus():
    """Measured on 594 KB: indexed in 0.4 s, 1.1 MB of arrays, 40 to 60 µs per line; with room for slower machines."""
    rng, known = random.Random(0), words_of(verse("burns"))
    text = "\n".join(" ".join(rng.choices(known, k=rng.randint(3, 9))) for _ in range(18_000))
    assert len(text) > 500_000
    begun = process_time()
    index = WordNgrams.of(text)
    assert process_time() - begun < 3
    arrays = index.arrays()
    assert sum(array.nbytes for array in arrays.values()) < 2_000_000
    begun = process_time()
    index = WordNgrams.from_arrays(arrays)
    assert process_time() - begun < 0.1
    sung = [line for line in text.splitlines() if line.strip()][::20]
    begun = process_time()
    assert all(index.longest_run(line) == len(words_of(line)) for line in sung)
    assert (process_time() - begun) / len(sung) < 1e-3
    assert all(index.is_whole_line(line) == (len(words_of(line)) >= 4) for line in sung)
    assert index.new_share(verse("dickinson")) > 0.99
