"""Repeated lines, phrase loops and what is left open."""

from pathlib import Path

import pytest

from lstm.song.repetition import closes_what_it_opens, has_phrase_loop, missing_ends, repeated_lines, repeated_share
from lstm.text.corpus import songs_of

CORPORA = Path(__file__).resolve().parents[4] / "shared" / "corpora"


def test_lines_repeated_in_a_song():
    assert repeated_lines("Row, row!\nOver the sea,\n\nrow row\nRow, ROW\n--\n") == (2, 4)
    assert repeated_lines("") == (0, 0)


def test_an_artists_share_of_repeated_lines():
    assert repeated_share(["a b\nc d\na b", "a b", ""]) == 0.25  # the same line in another song is none
    assert repeated_share([]) == repeated_share([""]) == 0.0


@pytest.mark.skipif(not CORPORA.exists(), reason="needs the corpora")
@pytest.mark.parametrize(("artist", "least", "most"), [("dickinson", 0.0, 0.01), ("kipling", 0.08, 0.13)])
def test_artists_differ(artist, least, most):
    assert least <= repeated_share(songs_of((CORPORA / f"{artist}.txt").read_text("utf-8"))) <= most


@pytest.mark.parametrize(
    "line",
    [
        "and the and the and the",
        "so and the, and the -- And the sea",
        "love love love love",
        "in the sky of the night in the sky of the night in the sky of the night",
    ],
)
def test_a_line_that_is_stuck(line):
    assert has_phrase_loop(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "holy, holy, holy",
        "to me, to me",
        "and the and the and then",
        "row, row, row your boat",
        "a b a b a",
        "no no yes no no",
    ],
)
def test_a_line_that_goes_on(line):
    assert not has_phrase_loop(line)


@pytest.mark.skipif(not CORPORA.exists(), reason="needs the corpora")
def test_poets_are_seldom_stuck():
    lines = (CORPORA / "burns.txt").read_text("utf-8").splitlines()
    assert sum(map(has_phrase_loop, lines)) <= 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'Tis singin' o' the sea",
        "he said (twice)",
        '"Go!" he said, "go [now]"',
        "“a «b» c”",
        '("a")',
        "rock 'n' roll's",
    ],
)
def test_text_that_closes_what_it_opens(text):
    assert closes_what_it_opens(text)


@pytest.mark.parametrize("text", ["(", "a)", '"Go!', "([)]", "“a", "a”", '("a)"', '"a (b" c)', ")("])
def test_text_that_does_not(text):
    assert not closes_what_it_opens(text)


def test_a_song_may_close_later_what_a_line_opens():
    line = '"I sing,\n'
    assert not closes_what_it_opens(line)
    assert closes_what_it_opens(line + 'I sing all night."')


@pytest.mark.parametrize(
    ("text", "ends"),
    [("", ""), ("(and so", ")"), ('He said "no (and', ')"'), ("“a («b", "»)”"), ("a) (b", ""), ("(a)", "")],
)
def test_what_a_text_leaves_open_can_be_closed(text, ends):
    assert missing_ends(text) == ends
    assert ends == "" or closes_what_it_opens(text + ends)
