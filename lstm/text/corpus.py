"""From files to clean text, and from text to songs."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

SONG_BREAK = "\n\n\n"
"""Two blank lines: how songs are joined, and how the network says that one has ended."""
TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".lrc", ""})


class CorpusError(ValueError):
    """A text that cannot be used; its message is one sentence for whoever brought it."""


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2014\u2015", "--"),
        "\u2026": "...",
        "\t": " ",
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " "),
    }
)
_LINE_END = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
_JOINERS = "\u200c\u200d"  # zero width, but Persian and the scripts of India are misspelt without them


def decode(data: bytes) -> str:
    """Bytes in any common encoding to text.

    A byte order mark decides; else, where there are zero bytes, UTF-16 or UTF-32 if they give text; else UTF-8 where it
    is valid; else what charset-normalizer recognises.

    Raises:
        CorpusError: not text, or in no encoding that could be recognised.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise CorpusError(
                    f"The text claims to be {encoding.upper()} but is damaged at byte {error.start}."
                ) from None
    if b"\0" in data[:65536]:
        return _decode_wide(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    import charset_normalizer  # only texts that are not UTF-8 wait for it

    best = charset_normalizer.from_bytes(data[:262_144]).best()
    if best is None:
        raise CorpusError("The text's encoding could not be recognised; save it as UTF-8.")
    try:
        return data.decode(best.encoding)
    except UnicodeDecodeError:
        raise CorpusError("The text's encoding could not be recognised; save it as UTF-8.") from None


def _decode_wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the reading that has most spaces and line ends, and no control characters."""
    readings = []
    for encoding in _WIDE:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        kinds = {unicodedata.category(c) for c in set(text) - set("\n\r\t\v\f\ufeff")}
        if not kinds & {"Cc", "Cn", "Co"} and not text.isspace():
            readings.append((text.count(" ") + text.count("\n"), text))
    blanks, text = max(readings, default=(0, ""))
    if not blanks:
        raise CorpusError("This looks like a binary file, not like plain text.")
    return text


def clean(text: str) -> str:
    """One form of every text: NFC, plain quotes and dashes, "\\n" line ends, nothing invisible.

    Control characters, private-use and unassigned ones are dropped, spaces at line ends too; three or more blank lines
    become two. Idempotent.
    """
    text = _LINE_END.sub("\n", text).translate(_PLAIN)
    text = unicodedata.normalize("NFC", text).translate(_PLAIN)  # again: NFC turns U+1FEF into a grave accent
    for character in sorted(set(text)):
        category = unicodedata.category(character)
        if category[0] == "C" and character != "\n" and character not in _JOINERS:
            text = text.replace(character, "")
    text = unicodedata.normalize("NFC", text)  # what was dropped may have stood between a letter and its accent
    text = re.sub(r"[ ]+(?=\n|$)", "", text)
    return re.sub(r"\n{4,}", SONG_BREAK, text).strip("\n")


def songs_of(text: str) -> list[str]:
    """The songs of a clean text: blocks between two or more blank lines, or between single ones if it has no double."""
    parts = re.split(r"\n{3,}" if SONG_BREAK in text else r"\n{2,}", text)
    return [song for part in parts if (song := part.strip("\n")).strip()]


def join(songs: Iterable[str]) -> str:
    """Songs as one text, which begins and ends with a song break."""
    return SONG_BREAK + "".join(song + SONG_BREAK for song in songs)


def read_corpus(paths: Iterable[Path]) -> str:
    """All songs of the files, and of the text files below the folders, as one clean text.

    Raises:
        CorpusError: a path that is missing, unreadable or not text, or nothing to read in all of them.
    """
    songs: list[str] = []
    for path in paths:
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in TEXT_SUFFIXES)
            files = [p for p in files if not any(part.startswith(".") for part in p.relative_to(path).parts)]
        else:
            files = [path]
        for file in files:
            try:
                songs += songs_of(clean(decode(file.read_bytes())))
            except OSError as error:
                raise CorpusError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None
            except CorpusError as error:
                raise CorpusError(f"{file}: {error}") from None
    if not songs:
        raise CorpusError(f"There is no text in {', '.join(map(str, paths)) or 'no file'}.")
    return SONG_BREAK.join(songs)
