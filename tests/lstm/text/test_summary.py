"""The sentence about what was understood of a text."""

import pytest

from lstm.text.phrases import size
from lstm.text.summary import CorpusSummary


def test_what_songs_are_read_from_and_near_copies_are_not_called_removed():
    summary = CorpusSummary(
        12, 18_000, "utf-8", ("CSV table",), {"table rows": 12, "adverts": 1}, 11, characters=18_000
    )
    assert summary.sentence() == (
        "12 songs to learn from, 18 KB after cleaning (recognised: CSV table; read from: table rows (12); removed: "
        "adverts (1); near-copies of earlier songs, also kept: 11). With only 18,000 characters, expect songs that "
        "sound mostly like the base model. 20,000 make a usable artist, 50,000 a good one."
    )


@pytest.mark.parametrize(("characters", "is_few"), [(436, True), (19_999, True), (20_000, False), (None, False)])
def test_a_short_text_is_called_short(characters, is_few):
    summary = CorpusSummary(1, 1, "utf-8", characters=characters)
    assert ("With only " in summary.sentence()) is is_few


@pytest.mark.parametrize(("count", "words"), [(0, "0 bytes"), (1, "1 byte"), (2, "2 bytes"), (1_500, "2 KB")])
def test_sizes(count, words):
    assert size(count) == words
