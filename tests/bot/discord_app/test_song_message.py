from datetime import UTC, datetime

from bot.discord_app import song_message
from bot.discord_app.message_body import MessageBody
from bot.services import Song, SongSoFar
from tests.discord_stand_in.message_limits import check_message


def a_song(text: str, **changes: object) -> Song:
    values: dict[str, object] = {
        "request_id": 7,
        "artist": "burns",
        "seed": "I walk alone",
        "text": text,
        "lines": 12,
        "temperature": 0.8,
        "rhyme": "AABB",
        "private": False,
        "seconds": 0.42,
        "composed_at": datetime(2026, 11, 24, tzinfo=UTC),
        "copied_lines": 0,
        "rhymes_missed": 0,
    }
    return Song(**(values | changes))  # type: ignore[arg-type]


def fits(song: Song) -> MessageBody:
    body = song_message.finished(song)
    check_message({"embeds": [embed.to_dict() for embed in body.embeds]}, {}, set())
    return body


def test_begins_with_the_seed_as_typed_and_ends_with_how_it_was_made() -> None:
    (embed,) = fits(a_song("I walk alone\nbeneath the *moon*")).embeds
    assert embed.description == "I walk alone\nbeneath the \\*moon\\*"
    assert embed.footer.text == "burns · 12 lines · rhyme AABB · temperature 0.8 · 0.4 s"


def test_an_artist_without_rhyme_has_none_in_the_footer() -> None:
    assert "rhyme" not in str(fits(a_song("x", rhyme="none")).embeds[0].footer.text)


def test_says_which_rules_a_song_breaks() -> None:
    footer = fits(a_song("x", copied_lines=1, rhymes_missed=2)).embeds[0].footer.text
    assert (
        footer
        == "burns · 12 lines · rhyme AABB · temperature 0.8 · 0.4 s · 1 line copies the artist · 2 lines found no rhyme"
    )


def test_forty_long_lines_fit() -> None:
    text = "\n".join(["and the wind sings the same old song, over the hills and far away, and so do I"] * 40)
    body = fits(a_song(text, lines=40))
    assert len(body.embeds) == 1
    assert not body.files


def test_a_longer_song_takes_two_embeds() -> None:
    text = "\n".join(["x" * 120] * 40)
    body = fits(a_song(text, lines=40))
    assert "\n".join(str(embed.description) for embed in body.embeds) == text


def test_the_longest_song_comes_as_a_file_too() -> None:
    text = "\n".join(["*" * 120] * 40)
    body = fits(a_song(text, lines=40))
    assert body.files[0].data.decode() == text
    assert "file" in str(body.embeds[0].footer.text)


def test_a_song_in_progress_fits_whatever_its_length() -> None:
    for length in (1, 5000):
        body = song_message.in_progress(SongSoFar("burns", "*" * length))
        check_message({"embeds": [embed.to_dict() for embed in body.embeds]}, {}, set())
