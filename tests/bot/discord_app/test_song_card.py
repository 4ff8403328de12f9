import io

import pytest
from PIL import Image

from bot.discord_app import song_card
from bot.discord_app.song_card import CannotBeDrawnError, draw_card

COLOUR = (68, 172, 160)


def card(text: str, title: str = "I walk alone", artist: str = "burns") -> Image.Image:
    return Image.open(io.BytesIO(draw_card(title, text, artist, COLOUR)))


def inked_rows(picture: Image.Image) -> int:
    """Return how many rows have white letters."""
    white = picture.convert("L").point(lambda value: 255 if value > 200 else 0)
    return sum(1 for y in range(picture.height) if white.crop((0, y, picture.width, y + 1)).getbbox())


def test_a_card_has_the_artists_colour_and_the_song() -> None:
    picture = card("I walk alone\nbeneath the moon")
    assert picture.format == "PNG"
    assert picture.size == (song_card.WIDTH, song_card.LEAST_HEIGHT)
    red, green, blue = picture.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red < green
    assert red < blue
    assert inked_rows(card("I walk alone\nbeneath the moon\nand on\nand on")) > inked_rows(picture)


def test_longer_songs_get_taller_cards_up_to_a_bound() -> None:
    heights = [card("\n".join(["and the wind sings the same old song"] * lines)).height for lines in (4, 40, 400)]
    assert heights[0] < heights[1] < heights[2] <= song_card.MOST_HEIGHT


def test_the_longest_words_stay_within_the_margins() -> None:
    white = card("w" * 400 + "\n" + "word " * 80, title="W" * 80).convert("L").point(lambda v: 255 if v > 200 else 0)
    box = white.getbbox()
    assert box is not None
    assert box[0] >= song_card.MARGIN - 4
    assert box[2] <= song_card.WIDTH - song_card.MARGIN + 4


def test_a_title_shrinks_as_far_as_it_may_before_it_breaks() -> None:
    sizes = [song_card._title_size("i" * letters) for letters in range(1, 100)]
    assert list(dict.fromkeys(sizes)) == list(range(song_card.TITLE, song_card.SMALLEST_TITLE - 1, -2))
    assert sizes[-1] == song_card.TITLE  # it has to be broken at any size


def test_what_the_typeface_lacks_is_left_out_unless_it_is_the_song() -> None:
    assert card("I walk alone 🎤\nбеспокойный ветер\nἐν ἀρχῇ").height == song_card.LEAST_HEIGHT
    for text in ("我独自走在路上", "", "🎤🎤"):
        with pytest.raises(CannotBeDrawnError):
            card(text)
