"""A layout never has more text than Discord takes, whatever strangers have put into it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.discord_app import artist_message
from bot.discord_app.message_body import MOST_TEXT, Block, MessageBody, Rule, Text, TextBeside
from bot.discord_app.sing_button import Sing
from bot.services import Artist
from tests.discord_stand_in.components import texts

NAME, LINES = "*" * 39, "\n".join(["*_~`" * 60] * 8)
"""The longest that there may be, of characters that are all escaped."""


def written(body: MessageBody) -> list[str]:
    view = body.view()
    assert view is not None
    return texts(view.to_components())


def test_a_page_of_artists_with_the_worst_of_names_and_songs() -> None:
    artists = [
        Artist(f"{number}{NAME}", False, 10**7, 1.5, 1.8, datetime.now(UTC), ("w" * 24,) * 3, LINES)
        for number in range(artist_message.ARTISTS_A_PAGE)
    ]
    body = artist_message.listed([(artist, Sing(artist.name)) for artist in artists], 1, 3, [])
    shown = written(body)
    assert sum(map(len, shown)) <= MOST_TEXT
    assert len(shown) == len(body.blocks)
    for number, text in enumerate(shown[1:]):
        assert text.startswith(f"**{number}\\*")


def test_what_fits_is_left_as_it_is() -> None:
    blocks = [Text("a" * 3_000), Rule(), Text("b" * 1_000)]
    assert written(MessageBody(blocks=blocks)) == ["a" * 3_000, "b" * 1_000]


@given(st.lists(st.text("ab\\*\n", min_size=1, max_size=3_000), min_size=1, max_size=12))
def test_any_layout_fits_and_no_text_is_lost_altogether(written_before: list[str]) -> None:
    blocks: list[Block] = [
        TextBeside(text, Sing("a")) if number % 2 else Text(text) for number, text in enumerate(written_before)
    ]
    shown = written(MessageBody(blocks=blocks))
    assert sum(map(len, shown)) <= MOST_TEXT
    assert len(shown) == len(written_before)
    for before, after in zip(written_before, shown, strict=True):
        assert after == before or (after.endswith("\n…") and before.startswith(after.removesuffix("\n…")))
