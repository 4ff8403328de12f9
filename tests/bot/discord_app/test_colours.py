import colorsys

from bot.discord_app.colours import colour_of


def test_no_artist_has_the_red_of_an_error() -> None:
    for number in range(500):
        hue, _, _ = colorsys.rgb_to_hls(*(part / 255 for part in colour_of(f"artist {number}").to_rgb()))
        assert 24 / 360 <= hue <= 321 / 360


def test_an_artist_keeps_its_colour_in_any_case() -> None:
    assert colour_of("Burns ") == colour_of("burns") != colour_of("kipling")
