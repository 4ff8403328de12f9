"""JSON, JSON lines and arrays of songs: LyricsGenius' files, fine-tuning sets, any export with one long text field."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed
from lstm.text.errors import CorpusError

_BEGINNING = re.compile(r'\s{0,1000}(?:\{\s{0,1000}(?:"|\})|\[\s{0,1000}(?:[\[{"]|\]))')
_DAMAGED = "This looks like JSON, but line {line} cannot be read; export it again, or use plain text."
_NO_TEXT = "This JSON has no field with lyrics (several words, ideally with line breaks); use plain text instead."
_TOO_DEEP = "This JSON is nested too deeply; use a list of songs, or plain text."
_LYRICS_NAMES = frozenset("lyrics lyric plainlyrics songtext song_text text body words content completion".split())
_STANZAS_NAMES = frozenset("sections verses stanzas parts paragraphs blocks strophes".split())
_UNTIMED_FIRST = ("plainlyrics", "lyrics")
_LEAST_WORDS = 4
_MOST_BAD_LINES = 0.1

_Path = tuple[str, ...]


def take_off(text: str) -> Undressed | None:
    """The longest text field of each record, song by song.

    Raises:
        CorpusError: it is JSON, but damaged, or without a field that could be lyrics.
    """
    if not _BEGINNING.match(text):
        return None
    try:
        records = _parse(text)
    except RecursionError:
        raise CorpusError(_TOO_DEEP) from None
    if records is None:
        return None
    try:
        fields = _text_fields(records)
    except RecursionError:
        raise CorpusError(_TOO_DEEP) from None
    songs = _lyrics(fields)
    if not songs:
        raise CorpusError(_NO_TEXT)
    return Undressed(boundaries.join_songs(songs), {"JSON records": len(songs)})


def _parse(text: str) -> object:
    """The records; None where it is not meant as JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        damaged_line = error.lineno
    records, bad = [], 0
    for line in text.split("\n"):
        if line.strip():
            try:
                records.append(json.loads(line.strip().rstrip(",")))
            except json.JSONDecodeError:
                bad += 1
    objects = [record for record in records if isinstance(record, dict | list)]
    if objects and bad <= max(1, _MOST_BAD_LINES * len(objects)):
        return objects
    if re.match(r'\s{0,1000}[\[{]\s{0,1000}(?:\{\s{0,1000})?"[^"\n]{1,100}"\s{0,100}:', text):
        raise CorpusError(_DAMAGED.format(line=damaged_line))
    return None


def _text_fields(records: object) -> dict[_Path, list[str]]:
    """All texts by the path of names that leads to them; lists of lines are texts too."""
    fields: defaultdict[_Path, list[str]] = defaultdict(list)
    for path, value in _walk(records, ()):
        fields[path].append(value)
    return fields


def _walk(value: object, path: _Path) -> Iterator[tuple[_Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        generic = len(value) > 3 and all(_is_song(item) for item in value.values())
        speaker = value.get("role")
        if isinstance(speaker, str) and "content" in value:
            path = (*path, speaker)
        for name, item in value.items():
            stanzas = _stanzas(item) if str(name).casefold() in _STANZAS_NAMES else None
            if stanzas is not None:
                yield (*path, str(name)), stanzas
                continue
            yield from _walk(item, (*path, "*" if generic else str(name)))
    elif isinstance(value, list):
        lines = _lines(value) if path and path[-1].casefold() in _LYRICS_NAMES | {"lines", "*"} else None
        if lines is not None:
            yield path, lines
        else:
            for item in value:
                yield from _walk(item, path)


def _stanzas(items: object) -> str | None:
    """A list of stanzas, each of them a text, a list of lines, or an object that holds one of these, as text."""
    if not isinstance(items, list) or not items:
        return None
    texts = []
    for item in items:
        if isinstance(item, dict):
            item = next((item[name] for name in item if str(name).casefold() in _LYRICS_NAMES | {"lines"}), None)
        text = _lines(item) if isinstance(item, list) else item
        if not isinstance(text, str):
            return None
        texts.append(text.strip("\n"))
    return "\n\n".join(texts)


def _is_song(item: object) -> bool:
    """Whether a value in an object of songs by title is a song: several lines, as text or as a list."""
    return (
        "\n" in item if isinstance(item, str) else isinstance(item, list) and len(item) > 1 and _lines(item) is not None
    )


def _lines(items: list[object]) -> str | None:
    """A list of lines, or of stanzas that are lists of lines, as text."""
    lines = [item for item in items if isinstance(item, str) and "\n" not in item]
    if items and len(lines) == len(items):
        return "\n".join(lines)
    stanzas = [item for item in items if isinstance(item, list) and all(isinstance(line, str) for line in item)]
    if items and len(stanzas) == len(items):
        return "\n\n".join("\n".join(stanza) for stanza in stanzas)
    return None


def _lyrics(fields: dict[_Path, list[str]]) -> list[str]:
    def weight(path: _Path) -> float:
        texts = fields[path]
        letters = sum(map(len, texts))
        name = path[-1].casefold() if path else ""
        named = 4.0 if name in _LYRICS_NAMES | _STANZAS_NAMES else 1.0
        named *= 2.0 if name in _UNTIMED_FIRST else 1.0
        named *= 0.1 if any(part in ("system", "user", "prompt") for part in path) else 1.0
        lines = 1 + sum(text.count("\n") for text in texts)
        words = sum(text.count(" ") + text.count("\n") for text in texts)
        if any("://" in text[:20] for text in texts[:20]) or words < _LEAST_WORDS:
            return 0.0
        return named * letters * (2.0 if lines > 1.5 * len(texts) else 1.0)

    best = max(fields, key=weight, default=None)
    if best is None or not weight(best):
        return []
    return [text for text in fields[best] if text.strip()]
