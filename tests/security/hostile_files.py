"""Files that a stranger may upload to make a bot slow, large or wrong."""

import gzip
import io
import itertools
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.bot import samples

LARGEST = 8_388_608
"""Bytes that the bot takes by default."""


SYLLABLES = [a + b for a in "bcdfghjklmnprstvwz" for b in "aeiou"]


@dataclass(frozen=True)
class HostileFile:
    """One of them."""

    name: str
    make: Callable[[], bytes]
    declared_size: int | None = None
    """What Discord says of it, where that is a lie."""


@cache
def verse() -> str:
    """A sound text, so that what is odd in a file is not all there is of it."""
    return samples.corpus(40)


def among_verse(odd: str) -> bytes:
    """An odd line in the middle of a sound text."""
    return f"{verse()}\n\n\n{odd}\n\n\n{verse()}".encode("utf-8", "surrogatepass")


def full(piece: str | bytes, size: int = LARGEST) -> bytes:
    """As many of a piece as fit."""
    data = piece.encode() if isinstance(piece, str) else piece
    return data * (size // len(data))


def numbered(line: str, size: int = LARGEST) -> bytes:
    """Lines that differ by their numbers, as many as fit."""
    longest = len(line.format(size).encode())
    return "".join(line.format(k) for k in range(size // longest)).encode()


def counted(line: str, size: int = LARGEST) -> bytes:
    """As `numbered`, with numbers spelt in a few hundred words."""
    lines, left = [], size
    for k in itertools.count():
        words = f"{SYLLABLES[k % 89]}{SYLLABLES[k // 89 % 7]} {SYLLABLES[k // 623 % 89]} {SYLLABLES[k // 55_447 % 89]}"
        made = line.replace("{}", words)
        left -= len(made)
        if left < 0:
            return "".join(lines).encode()
        lines.append(made)
    raise AssertionError


def songs(size: int = LARGEST) -> bytes:
    """Songs that can be learned from, of couplets that are all different."""
    return counted("{} la la\n{} lo lo\n\n", size)


def characters(first: int, last: int) -> str:
    """Different characters, twenty a line, without halves of surrogate pairs."""
    points = [k for k in range(first, last) if not 0xD800 <= k < 0xE000]
    return "\n".join("".join(map(chr, points[k : k + 20])) for k in range(0, len(points), 20))


def zipped(name: str) -> bytes:
    """A small archive of much."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * 50_000_000)
    return file.getvalue()


def recalled(lines: int, times: int) -> bytes:
    """A long chorus, and headers that ask for it again."""
    chorus = "\n".join(f"this is line {k} of a chorus that is sung again" for k in range(lines))
    return ("[Verse 1]\nla la la\n\n[Chorus]\n" + chorus + "\n\n" + "[Chorus]\n\n" * times).encode()


def nested_entities() -> bytes:
    """What a reader of XML would let grow to a billion words."""
    entities = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{entities}]><p>&l9;</p>'.encode() + among_verse("")


def noise(size: int, high: bool = False) -> bytes:
    """Random bytes; ``high``: letters of some encoding, with spaces and line ends among them."""
    rng = random.Random(1)
    if not high:
        return rng.randbytes(size)
    table = bytes([10 if k % 29 == 0 else 32 if k % 6 == 0 else 0x80 | k & 0x7F for k in range(256)])
    return rng.randbytes(size).translate(table)


FILES: tuple[HostileFile, ...] = (
    HostileFile("20 KB of spaces before a letter", lambda: among_verse("a" + " " * 20_000 + "a")),
    HostileFile("60 KB of spaces before a letter", lambda: among_verse("a" + " " * 60_000 + "a")),
    HostileFile("8 MB of spaces before a letter", lambda: b"a" + b" " * (LARGEST - 2) + b"a"),
    HostileFile("160 KB of combining marks, wrong order", lambda: among_verse("a" + "\u0301\u0327\u0316" * 27_000)),
    HostileFile("8 MB of combining marks", lambda: full("\u0301\u0327\u0316")),
    HostileFile("a piece of 40,000 letters", lambda: among_verse("abcd" * 10_000)),
    HostileFile("a piece of 8 million letters", lambda: full("abcd")),
    HostileFile("141,005 different characters", lambda: characters(33, 141_038).encode()),
    HostileFile("a million characters, most of them private", lambda: among_verse(characters(0xE000, 0x10FFFE))),
    HostileFile("8 MB, all words different", lambda: numbered("w{0} x{0} y{0} z{0}\n")),
    HostileFile("195,000 different words", lambda: numbered("w{0} x{0} y{0}\n", 1_700_000)),
    HostileFile("8 MB in one line", lambda: full("la la love ")),
    HostileFile("8 MB of one line again and again", lambda: full("I walk alone\n")),
    HostileFile("8 MB of one song again and again", lambda: full(verse()[:400] + "\n\n\n")),
    HostileFile("a million songs of one word", lambda: full("la\n\n\n")),
    HostileFile("600,000 songs of one line, all different", lambda: counted("{}\n\n\n")),
    HostileFile("700,000 different lines", lambda: counted("{}\n")),
    HostileFile("8 MB of songs, all different", songs),
    HostileFile("8 MB of JSON nesting", lambda: full("[")),
    HostileFile("8 MB of nested JSON objects", lambda: full('{"a":')),
    HostileFile("JSON with 190,000 names", lambda: b"{" + numbered('"text{0}":"la la lo lo li",')[:-1] + b"}"),
    HostileFile("8 MB of open tags", lambda: full("<p>")),
    HostileFile("8 MB of list items", lambda: b"<p><ul>" + full("<li><a>a", LARGEST - 7)),
    HostileFile("8 MB of open comments", lambda: b"<p>" + full("<!--", LARGEST - 3)),
    HostileFile("8 MB of brackets", lambda: full("[a] [")),
    HostileFile("8 MB of entities", lambda: full("&amp;")),
    HostileFile("entities in entities", lambda: among_verse("&" + "amp;" * 500_000)),
    HostileFile("a billion laughs in XML", nested_entities),
    HostileFile("a table with open quotes", lambda: b"artist,song,text\n" + full('a,b,"la la\n', LARGEST - 17)),
    HostileFile("8 MB of headers", lambda: full("[Chorus]\nla la\n\n")),
    HostileFile("a chorus asked for 100,000 times", lambda: recalled(2_000, 100_000)),
    HostileFile("a chorus asked for 20 times, 30 MB in all", lambda: recalled(30_000, 20)),
    HostileFile("8 MB of first verses", lambda: full("[Verse 1]\nla la\n\n")),
    HostileFile("8 MB of time stamps", lambda: full("[00:01.00]la la\n")),
    HostileFile("8 MB of chords", lambda: full("A  B  C  D\nla la la\n")),
    HostileFile("mojibake, eightfold", lambda: full("Ã\u0192Æ'Ã¢â‚¬â„¢ ")),
    HostileFile("characters that grow threefold", lambda: full("\U0001d160\U0001d161 la\n")),
    HostileFile("bytes that grow threefold as UTF-8", lambda: full(b"\x80\x80\x80\x80 euro\n")),
    HostileFile("8 MB of unknown encoding", lambda: noise(LARGEST, high=True)),
    HostileFile("8 MB of noise", lambda: noise(LARGEST)),
    HostileFile("UTF-16 without a mark", lambda: verse().encode("utf-16-le") * 300),
    HostileFile("a mark of UTF-32 before noise", lambda: b"\xff\xfe\0\0" + noise(1_000_000)),
    HostileFile("8 MB of NUL bytes", lambda: bytes(LARGEST)),
    HostileFile("gzip of a gigabyte", lambda: gzip.compress(bytes(100_000_000)) * 10),
    HostileFile("a Word document that unpacks to 50 MB", lambda: zipped("word/document.xml")),
    HostileFile("a PDF", lambda: b"%PDF-1.7\n" + noise(100_000)),
    HostileFile("JSON text of line ends", lambda: json.dumps([{"lyrics": "la\n" * 2_000_000}]).encode()),
    HostileFile("said to be small, 64 MB", lambda: full("I walk alone\n", 8 * LARGEST), declared_size=5_000),
)  # fmt: skip
"""In the order in which the table shows them."""
