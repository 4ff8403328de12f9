"""What a song is about."""

import numpy as np
import pytest

from lstm.song.theme import Nearness, Theme

SHIPPED = Nearness.shipped()
VECTORS = np.array([[127, 0], [0, 127], [90, 90], [127, 0]], np.int8)
SMALL = Nearness(["rain", "sun", "sky", "the"], VECTORS, np.array([255, 128, 255, 0], np.uint8))


def test_content_words_have_a_weight_and_a_vector():
    assert SMALL.weight("rain") == 1
    assert SMALL.weight("the") == SMALL.weight("frog") == 0
    assert SMALL.knows("the")
    assert not SMALL.knows("frog")
    vectors, weights = SMALL.vectors(["the", "sun", "frog", "rain"])
    np.testing.assert_allclose(vectors, [[0, 1], [1, 0]])
    np.testing.assert_allclose(weights, [128 / 255, 1])


def test_a_line_is_near_by_its_content_words():
    theme = Theme(SMALL, "The rain")
    assert theme.nearness("the sky") > theme.nearness("the sun") == 0
    assert theme.nearness("the") == theme.nearness("") == 0
    assert theme.nearness("rain") < 1


def test_without_an_opening_the_first_lines_say_what_a_song_is_about():
    theme = Theme(SMALL, "")
    assert theme.nearness("rain") == theme.nearness("sun") == 0
    later = theme.after("the sun")
    assert theme.nearness("sun") == 0
    theme.hear("the sun")
    assert theme.nearness("sun") == later.nearness("sun") > theme.nearness("rain")


def test_lines_fade_and_the_opening_stays():
    theme = Theme(SMALL, "rain")
    for _ in range(40):
        theme.hear("sun")
    after_suns = theme.nearness("rain")
    assert 0.3 < after_suns < 1
    for _ in range(10):
        theme.hear("")
    assert theme.nearness("rain") > after_suns


@pytest.mark.parametrize(
    ("line", "title", "share"),
    [("The rain again", "the rain", 1), ("The sun again", "rain and sun", 0.5), ("the one", "the", 1), ("one", "", 0)],
)
def test_the_share_of_a_title_in_a_line_is_of_its_content_words(line, title, share):
    assert Theme(SMALL, "").share_of(line, title) == share


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("guitar", "drums", "soup"),
        ("train", "station", "bread"),
        ("kitchen", "stove", "sailors"),
        ("ship", "sea", "bus"),
    ],
)
def test_the_shipped_vectors_know_what_is_sung_of_together(word, near, far):
    theme = Theme(SHIPPED, word)
    assert theme.nearness(near) > theme.nearness(far) + 0.1


def test_the_shipped_vectors_are_small_and_function_words_weigh_nothing():
    assert len(SHIPPED.words) == 7000
    assert all(SHIPPED.weight(word) == 0 for word in ("the", "i", "and", "you're"))
    assert all(SHIPPED.weight(word) > 0 for word in ("love", "night", "dragon", "alone"))


def test_the_nearness_of_many_words_is_that_of_each():
    theme = Theme(SHIPPED, "Summer rain on the window")
    words = ["storm", "Storm", "the", "rain-cloud", "zzyzx", "piano", "storm"]
    assert theme.nearness_of_words(words) == pytest.approx([theme.nearness(word) for word in words], abs=1e-6)
    assert theme.nearness_of_words([]) == []
