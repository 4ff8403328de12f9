"""What no model can be learned from is refused with a sentence that says what to change."""

import re

import pytest

from lstm.text import bounds
from lstm.text.bounds import check_bounds
from lstm.text.errors import CorpusError


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\n".join(chr(0x4E00 + k) for k in range(bounds.MOST_CHARACTERS + 1)), "different characters"),
        ("\n".join(f"w{k}" for k in range(bounds.MOST_WORDS + 1)), "different words"),
        ("short\n" + "la " * bounds.LONGEST_LINE, "a line of 6,000 characters"),
        ("x" * (bounds.LONGEST_PIECE + 1), "401 letters in a row"),
        ("I walk alone\n" * 20_000, "repeats itself"),
    ],
)
def test_each_bound_has_its_sentence(text, reason):
    with pytest.raises(CorpusError, match=reason) as caught:
        check_bounds(text)
    assert re.fullmatch(r"The text [^\n]+\.", str(caught.value))


@pytest.mark.parametrize(
    "text", ["", "I walk alone\n" * 300, "字" * 300 + "\n歌", "\n".join(f"line {k}" for k in range(50_000))]
)
def test_songs_of_every_language_pass(text):
    check_bounds(text)
