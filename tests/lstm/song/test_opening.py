"""What a user typed, taken apart."""

import pytest

from lstm.song.opening import Opening
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from tests.lstm.text.test_growth import grows_evenly

VOCABULARY = Vocabulary([UNKNOWN, *"\n !'(,-.IabcdefghilmnorstuvwyTHW"])
KNOWN = {"i", "i'm", "the", "rain", "fell", "hi", "walk", "with", "you"}


def opening(seed, capitals=True):
    return Opening.of(seed, VOCABULARY, KNOWN.__contains__, capitals=capitals)


@pytest.mark.parametrize(
    ("seed", "lines", "heard", "begun", "heard_begun", "after"),
    [
        ("", (), "", "", "", ""),
        ("The rain", (), "", "The rain", "The rain", ""),
        ("the rain and i", (), "", "the rain and i", "The rain and I", ""),
        ("i'm with you, i said", (), "", "i'm with you, i said", "I'm with you, I said", ""),
        ("THE RAIN ", (), "", "THE RAIN ", "The rain", ""),
        ("I", (), "", "I", "I", ""),
        ("The rain.", ("The rain.",), "The rain.\n", "", "", "\n"),
        ("The rain\n", ("The rain",), "The rain\n", "", "", ""),
        ("The rain\n\n", ("The rain",), "The rain\n\n", "", "", ""),
        ("the rain,\n\nthe ra", ("the rain,",), "The rain,\n\n", "the ra", "The ra", ""),
        ("The rain\n!?", ("The rain", "!?"), "The rain\n!\n", "", "", "\n"),
        ("\n\nhi", (), "", "hi", "Hi", ""),
    ],
)
def test_it_is_kept_as_typed_and_heard_as_the_artist_would_write_it(seed, lines, heard, begun, heard_begun, after):
    found = opening(seed)
    assert (found.lines, found.heard) == (lines, heard)
    assert (found.begun, found.heard_begun, found.after) == (begun, heard_begun, after)
    assert found.typed == seed
    assert not found.is_title


def test_an_artist_who_writes_small_letters_reads_them():
    assert opening("the rain and i", capitals=False).heard_begun == "the rain and i"


@pytest.mark.parametrize(
    ("seed", "after"),
    [("Привет", "\n\n"), ("Привет\n", "\n"), ("漢字\n\n", ""), ("wir gehen bald heim", "\n\n"), ("Привет, hi", "\n\n")],
)
def test_what_the_artist_cannot_sing_is_a_title(seed, after):
    found = opening(seed)
    assert found.is_title
    assert (found.lines, found.heard, found.begun, found.after) == ((), "", "", after)
    assert found.ends_stanza


def test_a_song_below_a_title_has_no_line_of_it():
    found = opening("Привет\n\nThe rain fell\nHi\n")
    assert (found.lines, found.heard) == (("The rain fell", "Hi"), "The rain fell\nHi\n")
    assert found.title_lines == 1
    assert not found.is_title
    assert opening("The rain\n\nHi\n").title_lines == 0


def test_a_title_may_have_several_lines_and_the_network_does_not_read_it():
    found = opening("wir gehen\nbald heim\n\nThe rain fell, I")
    assert (found.title_lines, found.is_title) == (2, False)
    assert (found.lines, found.begun) == ((), "The rain fell, I")
    assert (found.heard, found.heard_begun) == ("", "The rain fell, I")
    assert opening("wir gehen\nbald heim").title_lines == 2
    long = opening("Привет, мир, привет\n\nHi\n")
    assert (long.title_lines, long.lines) == (1, ("Hi",))
    whole = opening("Привет\n\nмир\n\nпривет")
    assert (whole.title_lines, whole.is_title, whole.after, whole.lines) == (3, True, "\n\n", ())


@pytest.mark.parametrize(
    ("seed", "stanzas"),
    [
        ("", ((),)),
        ("The rain", ((),)),
        ("The rain\n", (("The rain",),)),
        ("The rain\n\n", (("The rain",), ())),
        ("\n\nThe rain,\nHi\n \n\nI", (("The rain,", "Hi"), ())),
        ("The rain\n  ", (("The rain",),)),
        ("Hi.\n\nHi.\r\nI.", (("Hi.",), ("Hi.", "I."))),
    ],
)
def test_it_has_stanzas(seed, stanzas):
    assert opening(seed).stanzas == stanzas


@pytest.mark.parametrize("seed", ["Hi with Привет?", "wir gehen", "wir gehen with you", "7", "..."])
def test_what_the_artist_can_sing_in_part_is_not(seed):
    assert not opening(seed).is_title


@pytest.mark.parametrize(
    ("seed", "fits", "does_not"),
    [
        ("Hi", ["\n", " there", ",", " "], ["s", "'s", "-", "istory"]),
        ("Hi ", [" there", " "], ["\n", "s", ",", "'s"]),
        ("self-", ["\n", "s", "hood", " a"], []),
        ("hi, the rain (", ["s", "\n", "a"], []),
    ],
)
def test_a_word_stays_what_it_is_unless_a_hyphen_asks_for_more(seed, fits, does_not):
    next_unit_fits = opening(seed).next_unit_fits
    assert all(map(next_unit_fits, fits))
    assert not any(map(next_unit_fits, does_not))


@pytest.mark.parametrize(
    "seed",
    [
        lambda n: "a.\n" * (n // 3) + "x",
        lambda n: " \n" * (n // 2) + "x",
        lambda n: "\t\n\t" * (n // 3) + "y\n",
        lambda n: "Hi" + "\n" * n + "the.",
        lambda n: "Hi" + "\n " * (n // 2) + "the.",
        lambda n: "Hi\n" * (n // 3),
        lambda n: "漢\n\n" * (n // 3) + "hi",
        lambda n: "漢\n" * (n // 2) + "hi",
    ],
)
def test_it_takes_time_in_proportion_to_the_seed(seed):
    def task(n):
        typed = seed(n)
        return lambda: opening(typed)

    assert grows_evenly(task, 50_000)
