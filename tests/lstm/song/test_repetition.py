"""Repeated lines, phrase loops, and brackets and quotes left open."""

import pytest

from lstm.song.repetition import closes_what_it_opens, has_phrase_loop, missing_ends, repeated_lines, repeated_share
from lstm.text.songs import songs_of
from tests.corpora import all_verse, verse


def test_lines_repeated_in_a_song():
    assert repeated_lines("Row, row!\nOver the sea,\n\nrow row\nRow, ROW\n--\n") == (2, 4)
    assert repeated_lines("") == (0, 0)


def test_an_artists_share_of_repeated_lines():
    assert repeated_share(["a b\nc d\na b", "a b", ""]) == 0.25  # the same line in another song does not count
    assert repeated_share([]) == repeated_share([""]) == 0.0


@pytest.mark.parametrize(("artist", "least", "most"), [("dickinson", 0.0, 0.01), ("burns", 0.02, 0.03)])
def test_artists_differ(artist, least, most):
    assert least <= repeated_share(songs_of(verse(artist))) <= most


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
def test_a_line_that_is_not_stuck(line):
    assert not has_phrase_loop(line)


def test_poets_are_seldom_stuck():
    """Measured on 17,000 lines of Burns: 10 of them."""
    assert sum(map(has_phrase_loop, all_verse().splitlines())) == 0


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
