import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord_app import markdown


def shown(text: str) -> str:
    """Return what Discord shows of escaped text: it drops a backslash before punctuation."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text).replace("\u200b", "")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("I walk alone, don't I? (yes!)", "I walk alone, don't I? (yes!)"),
        ("a *b* _c_ ~~d~~ `e` ||f||", r"a \*b\* \_c\_ \~\~d\~\~ \`e\` \|\|f\|\|"),
        ("# head\n- item\n+ item\n> quote\n1. one", "\\# head\n\\- item\n\\+ item\n\\> quote\n1\\. one"),
        ("-# small", r"\-# small"),
        ("well-known, C# and 3.14", "well-known, C# and 3.14"),
        ("[text](https://example.org)", r"\[text\](https\://example.org)"),
        ("<@1> <@&2> <#3> <t:4> <:e:5> </c:6>", r"\<@1\> \<@&2\> \<#3\> \<t:4\> \<:e:5\> \</c:6\>"),
        ("@everyone @here a@b.c", "@\u200beveryone @\u200bhere a@b.c"),
        ("\\", r"\\"),
    ],
)
def test_escapes_what_has_a_meaning_and_nothing_else(text: str, escaped: str) -> None:
    assert markdown.escape(text) == escaped


def test_drops_characters_that_turn_or_hide_text() -> None:
    assert markdown.plain("a\u202eb\u2066c\x00d\x1be\r\nf\u200bg") == "abcde\nfg"
    assert markdown.plain("👩\u200d🎤 नमस्ते") == "👩\u200d🎤 नमस्ते"


@pytest.mark.parametrize("between", ["", "\u200b", "\u200d", "\u2060", "\u202e"])
def test_marks_are_not_piled_up(between: str) -> None:
    """They would cover the messages above and below."""
    piled = between.join("o" + "\u0300\u0316\u0489" * 10 + "x")
    assert sum(character in "\u0300\u0316\u0489" for character in markdown.plain(piled)) == 4
    assert markdown.plain("Việt นี้ שָׁ֑ 1️⃣ ❤️‍🔥") == "Việt นี้ שָׁ֑ 1️⃣ ❤️‍🔥"


@given(st.text())
def test_shows_literally_what_it_was_given(text: str) -> None:
    assert shown(markdown.escape(text)) == markdown.plain(text).replace("\u200b", "")


@given(st.text(alphabet="@everyonh <>&!#1234[]()*_`~|\\\n-+.:/ ht"))
def test_no_mention_survives(text: str) -> None:
    escaped = markdown.escape(text)
    assert not re.search(r"@(everyone|here)", escaped)
    for mention in re.finditer(r"(\\*)<", escaped):
        assert len(mention[1]) % 2 == 1


@given(st.text(max_size=300), st.integers(1, 50))
def test_one_line_fits(text: str, longest: int) -> None:
    line = markdown.one_line(text, longest)
    assert len(line) <= longest
    assert "\n" not in line


@given(st.text(alphabet="ab\\*\n ", max_size=300), st.integers(2, 50))
def test_split_loses_nothing_and_cuts_no_escape(text: str, longest: int) -> None:
    escaped = markdown.escape(text)
    pieces = markdown.split(escaped, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert "".join(pieces).replace("\n", "") == escaped.replace("\n", "")
    assert "".join(map(shown, pieces)).replace("\n", "") == shown(escaped).replace("\n", "")


def test_split_cuts_between_lines() -> None:
    assert markdown.split("one\ntwo\nthree", 8) == ["one\ntwo", "three"]
    assert markdown.split("", 8) == [""]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I walk alone", "I walk alone"),
        ("# Big *news*\n\n- ||hidden|| `code`\n-# small", "Big news\nhidden code\nsmall"),
        ("see <@123> <#4> <t:5:R> <a:wave:6> https://example.org/x", "see"),
        ("well-known, 3 > 2", "well-known, 3 > 2"),
        ("one two three four", "one two three"),
        ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmno"),
        ("", ""),
    ],
)
def test_the_words_that_a_message_begins_with(text: str, words: str) -> None:
    assert markdown.opening_words(text, 15 if len(text) in (18, 26) else 80) == words


@given(st.text(max_size=500))
def test_opening_words_fit_a_seed(text: str) -> None:
    assert len(markdown.opening_words(text, 20)) <= 20


@given(st.text(st.sampled_from("*_#-\\ ab@1.:/<>[]`~|\n") | st.characters(categories=["L", "P"]), max_size=120))
def test_the_lines_of_a_song_are_read_as_they_were_sung(song: str) -> None:
    sung = markdown.plain(song).strip("\n") + "\n"
    assert markdown.opening_lines(markdown.escape(song), 1000) == sung


@pytest.mark.parametrize(
    ("shown", "longest", "lines"),
    [
        ("**I walk** alone\nand on\n\nand on", 100, "I walk alone\nand on\n\nand on\n"),
        ("\n**I walk** alone\nand on\n\nand on", 25, "I walk alone\nand on\n\n"),
        ("I walk alone\nand on", 13, "I walk alone\n"),
        ("I walk alone\nand on", 12, "I walk alone"),
        ("I walk alone\nand on", 11, "I walk"),
    ],
)
def test_the_whole_lines_that_a_song_begins_with(shown: str, longest: int, lines: str) -> None:
    assert markdown.opening_lines(shown, longest) == lines
