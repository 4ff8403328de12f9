from bot.discord_app import song_message
from bot.discord_app.message_body import MessageBody
from bot.discord_app.songs import Again, Continue
from bot.services import Song, SongSoFar
from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.components import texts, walk
from tests.discord_stand_in.message_limits import COMPONENTS_V2, check_message


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
        "copied_lines": 0,
        "rhymes_missed": 0,
        "asked_by": 4,
    }
    return Song(**(values | changes))  # type: ignore[arg-type]


def shown(body: MessageBody) -> list[str]:
    """Return the texts of a message, if Discord would accept it."""
    view = body.view()
    assert view is not None
    components = view.to_components()
    files = {str(number): Upload(file.name, file.data) for number, file in enumerate(body.files)}
    check_message({"components": components, "flags": COMPONENTS_V2}, files)
    return texts(components)


async def test_shows_title_song_and_how_it_was_made() -> None:
    song = a_song("I walk alone\nbeneath the *moon*\n\nbeneath the *moon*\nand on")
    heading, lyrics, footer = shown(song_message.finished(song))
    assert heading == "### Beneath the \\*moon"
    assert lyrics == "**I walk alone**\nbeneath the \\*moon\\*\n\nbeneath the \\*moon\\*\nand on"
    assert footer == (
        "-# generated, in the style of **burns** · for <@4>\n-# 4 lines · rhyme AABB · temperature 0.8 · 0.4 s"
    )


async def test_shows_no_title_that_only_says_the_first_line_again() -> None:
    long = "I walk alone and on and on and never seem to see the end"
    for text in ("I walk alone,\nand on", "I walk alone\nand on\n\ni walk alone!\nand on", f"{long}\nand on"):
        assert shown(song_message.finished(a_song(text)))[0].startswith("**I walk alone**")
        again = shown(song_message.finished(a_song(text, take=2)))
        assert again[0] == "-# another take"
        assert again[1].startswith("**I walk alone**")


async def test_marks_only_the_words_of_the_seed() -> None:
    cases = {
        ("I walk", "I walking on"): "**I walk**ing on",
        (" I walk ", " I walk on"): " **I walk** on",
        ("a*", "a* b"): "**a\\*** b",
        ("two\nlines", "two\nlines more"): "**two\nlines** more",
        ("not there", "I walk"): "I walk",
        ("", "I walk"): "I walk",
    }
    for (seed, text), lyrics in cases.items():
        assert shown(song_message.finished(a_song(text, seed=seed)))[0] == lyrics


async def test_says_which_take_and_part_it_is() -> None:
    assert shown(song_message.finished(a_song("x\ny\ny", take=2)))[0] == "### Y\n-# another take"
    assert shown(song_message.finished(a_song("x\ny\ny", part=2)))[0] == "### Y\n-# part 2"


async def test_an_artist_without_rhyme_has_none_in_the_footer() -> None:
    assert "rhyme" not in shown(song_message.finished(a_song("x", rhyme="none")))[-1]


async def test_says_which_rules_a_song_breaks() -> None:
    footer = shown(song_message.finished(a_song("x", copied_lines=1, rhymes_missed=2)))[-1]
    assert footer.endswith("0.4 s · 1 line copies the artist · 2 lines have no rhyme")


async def test_two_who_take_turns_are_both_named() -> None:
    footer = shown(song_message.finished(a_song("x", partner="kip*ling", rhyme="auto")))[-1]
    assert footer.startswith("-# generated, in the styles of **burns** and **kip\\*ling**, taking turns · for <@4>")
    assert "rhyme" not in footer


async def test_two_are_both_named_while_they_sing_and_if_they_are_interrupted() -> None:
    duet = SongSoFar("burns", "I walk", "I walk", "kip*ling")
    assert shown(song_message.in_progress(duet))[-1] == "-# burns and kip\\*ling are singing …"
    assert shown(song_message.interrupted(duet))[-1] == "-# burns and kip\\*ling were interrupted."


async def test_has_its_buttons_in_rows() -> None:
    view = song_message.finished(a_song("x"), [[Again(7)], [Continue(7)]]).view()
    assert view is not None
    buttons = [part["custom_id"] for part in walk(view.to_components()) if part["type"] == 2]
    assert buttons == ["song:again:7", "song:continue:7"]


async def test_the_same_body_can_be_sent_twice() -> None:
    body = song_message.finished(a_song("x"), [[Again(7)]])
    first, second = body.view(), body.view()
    assert first is not None
    assert second is not None
    assert first.to_components() == second.to_components()


async def test_forty_long_lines_fit() -> None:
    text = "\n".join(["and the wind sings the same old song, over the hills and far away, and so do I"] * 40)
    body = song_message.finished(a_song(text, lines=40))
    assert text in shown(body)
    assert not body.files


async def test_the_longest_song_comes_as_a_file_too() -> None:
    text = "\n".join(["*" * 120] * 40)
    body = song_message.finished(a_song(text, lines=40))
    assert shown(body)[0].endswith("\\*")
    assert body.files[0].data.decode() == text + "\n"
    view = body.view()
    assert view is not None
    assert {"url": "attachment://song.txt"} in [part.get("file") for part in walk(view.to_components())]


async def test_a_song_in_progress_fits_whatever_its_length() -> None:
    for length in (1, 5000):
        shown(song_message.in_progress(SongSoFar("burns", "*" * length)))
    shown(song_message.in_progress(SongSoFar("burns", "\n")))


async def test_a_song_in_progress_shows_its_newest_lines() -> None:
    text = "\n".join(f"line {number} of a long song" for number in range(400))
    assert "line 399" in shown(song_message.in_progress(SongSoFar("burns", text)))[0]


async def test_has_room_for_as_many_lines_again_until_the_message_is_full() -> None:
    line = "and the wind sings the same old song"
    grown = [a_song("\n".join([line] * number)) for number in (12, 36, 94, 100)]
    assert [song_message.has_room(song) for song in grown] == [True, True, False, False]
    for song in grown:
        shown(song_message.finished(song))
