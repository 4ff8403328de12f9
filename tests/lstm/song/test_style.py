"""A style: made once, stored, and loaded without any of the work."""

import base64
import json
import random
import zlib
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.rhyme.ear import MOST_RHYMING_WORDS
from lstm.song.style import Style
from lstm.text.words import words_of
from tests.corpora import verse

TEXT = "The sun is low,\nthe night is near\nand so we go\nfrom there to here.\n\n\nThe sun is low,\nI know, I know."


@pytest.fixture(scope="module")
def burns():
    return Style.of(verse("burns"))


def stored(style):
    """As a model file would give it back."""
    return json.loads(json.dumps(style.to_json()))


def test_what_it_knows():
    style = Style.of(TEXT)
    assert style.has_word("low")
    assert not style.has_word("high")
    assert style.rhymes.rhyming_with("snow") == ("low", "go", "know", "so")
    assert style.repeated_share == 0.0
    assert style.line_lengths[0] <= style.line_lengths[1] <= style.line_lengths[2] == 19


def test_a_style_survives_its_file(burns):
    again = Style.from_json(stored(burns))
    assert again.to_json() == burns.to_json()
    for word in ("night", "heart", "Love", "zyxt", ""):
        assert again.rhymes.rhyming_with(word) == burns.rhymes.rhyming_with(word)
        assert again.has_word(word.casefold()) == burns.has_word(word.casefold())
    for line in verse("burns").splitlines()[:50]:
        assert again.index.longest_run(line) == burns.index.longest_run(line)
        assert again.index.is_whole_line(line) == burns.index.is_whole_line(line)
    assert again.nbytes == pytest.approx(burns.nbytes, rel=0.05)


@given(st.lists(st.lists(st.text(max_size=12), max_size=5).map(" ".join), max_size=9).map("\n".join))
def test_any_text_has_a_style_that_survives(text):
    text = text.encode("utf-8", "replace").decode()
    style = Style.of(text)
    assert Style.from_json(stored(style)).to_json() == style.to_json()
    assert all(style.has_word(word) for word in words_of(text))


def test_loading_takes_no_time_per_word():
    """Seven bytes of a megabyte of different words once took 5.6 s, in the thread that composes all songs."""
    rng = random.Random(0)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(150_000)]
    style = Style.of("\n".join(" ".join(words[k : k + 6]) for k in range(0, len(words), 6)))
    data = stored(style)
    begun = process_time()
    again = Style.from_json(data)
    assert process_time() - begun < 0.5
    begun = process_time()
    again.rhymes.rhyming_with("night")
    again.index.longest_run(" ".join(words[:6]))
    assert process_time() - begun < 0.1
    assert sum(map(len, again.rhymes._members.values())) < 40 * MOST_RHYMING_WORDS
    assert len(json.dumps(data)) < 4_000_000
    assert again.nbytes > 150_000 * 60


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


def test_a_style_of_an_earlier_version_is_read():
    """It held the corpus in the order of its words, and no index."""
    new = Style.of(TEXT)
    order = list(dict.fromkeys(words_of(TEXT)))
    codes, starts = [], []
    for song in TEXT.split("\n\n\n"):
        for line in song.splitlines():
            for k, word in enumerate(words_of(line)):
                codes.append(order.index(word) + 2)
                starts.append(k == 0)
        codes.append(0)
        starts.append(True)
    old = {
        "endings": ["low", "near", "go", "here", "know"],
        "line_lengths": list(new.line_lengths),
        "repeated_share": 0.0,
        "words": packed("\n".join(order).encode()),
        "codes": packed(np.array(codes, "<u4").tobytes()),
        "line_starts": packed(np.packbits(np.array(starts, bool)).tobytes()),
    }
    assert Style.from_json(old).to_json() == new.to_json()
    with pytest.raises(ValueError, match="the artist's style"):
        Style.from_json(old | {"words": packed(b"one")})


@pytest.mark.parametrize(
    "wrong",
    [
        {"codes": 7},
        {"codes": "no base64!"},
        {"order": packed(b"123")},
        {"order": packed(b"\0" * 16)},
        {"rhymes": packed(b"tail word")},
        {"rhymes": packed(b"\xff")},
        {"line_lengths": [1, 2]},
        {"line_lengths": [0, 0, 0]},
        {"line_lengths": [1, 2, float("nan")]},
        {"repeated_share": "many"},
        {"repeated_share": 10**400},
        {"words": packed(b"\xff\xfe")},
    ],
)
def test_a_damaged_style_is_a_value_error(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        Style.from_json(Style.of(TEXT).to_json() | wrong)
