"""Twice the text takes at most two and a half times as long, whatever a stranger sends."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from lstm.text.cleaning import clean
from lstm.text.errors import CorpusError
from lstm.text.subwords import Segmenter
from lstm.text.understanding import understand_text

SIZE = 15_000
MOST_GROWTH = 2.5
TOO_SHORT_SECONDS = 0.004
"""Below this a clock's steps and the collector decide."""

TEXTS: dict[str, Callable[[int], str]] = {
    "spaces": lambda n: "a\n" + " " * n + "a",
    "one character": lambda n: "a" * n,
    "one line": lambda n: "la la love " * (n // 11),
    "one line again and again": lambda n: "I walk alone\n" * (n // 13),
    "different words": lambda n: "\n".join(f"w{k} x{7 * k} y{k}" for k in range(n // 16)),
    "different characters": lambda n: "".join(chr(33 + k) if k % 20 else "\n" for k in range(n)),
    "combining marks": lambda n: "a" + "\u0301\u0327\u0316" * (n // 3),
    "carriage returns": lambda n: "a" + "\r" * n + "a",
    "brackets": lambda n: "[a] [" * (n // 5),
    "open brackets": lambda n: "x" + "[" * n,
    "headers": lambda n: "[Chorus]\nla la\n\n" * (n // 16),
    "first verses": lambda n: "[Verse 1]\nla la\n\n" * (n // 17),
    "JSON nesting": lambda n: "[" * n,
    "JSON objects": lambda n: '{"a":' * (n // 5),
    "JSON lines": lambda n: '{"text": "la la\\nlo lo le le"}\n' * (n // 30),
    "open tags": lambda n: "<p>" * (n // 3),
    "open comments": lambda n: "<p>" + "<!--" * (n // 4),
    "list items": lambda n: "<p><ul>" + "<li><a>a" * (n // 8),
    "entities": lambda n: "&amp;" * (n // 5) + "a",
    "quotes of a table": lambda n: "artist,song,text\n" + 'a,b,"la la\n' * (n // 11),
    "columns": lambda n: ("a," * 50 + "\n") * (n // 101),
    "mojibake": lambda n: "Ã¢â‚¬â„¢ " * (n // 9) + "a",
    "pages": lambda n: "1 ContributorA Lyrics[Verse]a\n" * (n // 29),
    "times": lambda n: "[00:01.00]la la\n" * (n // 16),
    "chords": lambda n: "A  B  C  D\nla la la\n" * (n // 20),
    "forum tags": lambda n: "[b]a[/b] [img" * (n // 13),
    "open forum tags": lambda n: "[/b][/b]" + "[size=" * (n // 6),
    "strings of a program": lambda n: "x = [" + '"la\\nla", ' * (n // 10),
    "open quotes": lambda n: 'x = ["' + "\\n" * (n // 2),
    "triple quotes": lambda n: '"""la\nla""" ' * (n // 13) + '"""',
    "YAML": lambda n: "- lyrics: |\n    la la\n" * (n // 22),
    "XML": lambda n: "<song><lyrics>" * (n // 14),
    "mail": lambda n: "From: a\nTo: b\nSubject: c\n\nla\n" * (n // 31),
    "transcript": lambda n: "".join(f"{k // 60}:{k % 60:02d} la la\n" for k in range(n // 11)),
    "karaoke": lambda n: "#BPM:1\n" + ": 1 2 60 la\n- 3\n" * (n // 16),
    "piped table": lambda n: "| a | b |\n| --- | --- |\n" + "| la | lo lo lo |\n" * (n // 17),
    "front matters": lambda n: "---\na: b\n" * (n // 9),
    "counted messages": lambda n: "".join(f"la {k}/999\n" for k in range(n // 9)),
    "quoted lines": lambda n: '"la la",\n' * (n // 9),
    "sections of JSON": lambda n: '{"sections": [' + '{"lines": ["la", "la"]},' * (n // 24) + "{}]}",
    "Roman numbers": lambda n: "II\n\nla la\n\n" * (n // 11),
    "page texts": lambda n: "".join(f"Ann Lyrics\n\nla {k} is\nlo {k} it\n\nEND\n\n\n" for k in range(n // 38)),
    "site pages": lambda n: "".join(
        f"Ann Pi Lyrics\n\nla {k} is\nlo {k} it\nHome\n\nSubmit Corrections\nShare\n\n" for k in range(n // 58)
    ),
    "home": lambda n: "Submit Corrections\n\nla la\n" + "Home\n" * (n // 5),
    "recommendations": lambda n: "Submit Corrections\n\n" + "You might also like\nShare\nHome\n" * (n // 31),
    "stars": lambda n: "*a *" * (n // 4),
    "song per line": lambda n: "".join(
        "The day is long and I may go, Ann. Say it? " * 8 + f"{k}\n" for k in range(n // 360)
    ),
    "one song": lambda n: "The day is long and I may go, Tom said. Say it? " * (n // 48),
    "numbers": lambda n: "1 -- " * (n // 5),
    "quotes": lambda n: "a, " + '"' * n,
    "vowels": lambda n: "b " * 90 + "a" * n + "ba",
    "capitals": lambda n: "THE DAY IS LONG AND I MAY GO, TOM SAID.\n" * (n // 41),
    "songs": lambda n: "".join(f"line {k} is here\nother {k}\n\nagain {k} for\nyes\n\n\n" for k in range(n // 45)),
}


def seconds(task: Callable[[], object]) -> float:
    """The least processor time of some runs."""
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        with suppress(CorpusError):
            task()
        best = min(best, time.process_time() - began)
    return best


def grows_evenly(task: Callable[[int], Callable[[], object]], size: int = SIZE) -> bool:
    """Whether time at twice the size is at most two and a half times that at the size; tried again when in doubt."""
    for attempt in range(4):
        once, twice = (seconds(task(n)) for n in (size << attempt, size << (attempt + 1)))
        if once > TOO_SHORT_SECONDS and twice <= MOST_GROWTH * once:
            return True
        if once > 1.0:
            return False
    return twice <= TOO_SHORT_SECONDS * 4 or twice <= MOST_GROWTH * once


@pytest.mark.parametrize("text", TEXTS)
def test_reading(text):
    def task(n: int) -> Callable[[], object]:
        made = TEXTS[text](n)
        return lambda: understand_text(made)

    assert grows_evenly(task)


@pytest.mark.parametrize("text", ["spaces", "combining marks", "carriage returns", "different characters"])
def test_cleaning(text):
    def task(n: int) -> Callable[[], object]:
        made = TEXTS[text](8 * n)
        return lambda: clean(made)

    assert grows_evenly(task)


@pytest.mark.parametrize("piece", ["a", "ab", "abcd"])
def test_cutting_one_long_piece_into_subwords(piece):
    merges = [("a", "b"), ("ab", "ab"), ("a", "a"), ("aa", "aa"), ("c", "d"), ("b", "c")]

    def task(n: int) -> Callable[[], object]:
        made = piece * (n // len(piece))
        return lambda: Segmenter(merges).segment(made)

    assert grows_evenly(task)
