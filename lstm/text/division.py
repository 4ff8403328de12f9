"""From a text with marks to songs: where songs and stanzas end, and what kind each stanza is of."""

import re
from collections.abc import Sequence

from lstm.text import boundaries
from lstm.text.songs import Song, Stanza, StanzaKind, songs_of

_WORDS = re.compile(r"[^\W_]+")
MOST_TITLE_LINES = 2
SAME_SHARE = 0.5
"""Stanzas that share at least this part of their lines, and two lines or more, are one chorus."""


def divide(text: str) -> list[Song]:
    """The songs of a clean text with marks; songs and stanzas without a word in them are left out."""
    songs: list[Song] = []
    for piece in map(_without_title, _pieces(text)):
        stanzas = _repeated(_stanzas(piece))
        if stanzas:
            songs.append(Song(tuple(stanzas if _has_headers(piece) else find_choruses(stanzas))))
    return songs


def _pieces(text: str) -> list[str]:
    if boundaries.SONG in text:
        pieces = [part for piece in text.split(boundaries.SONG) for part in re.split(r"\n{3,}", piece.strip("\n"))]
        return [piece for piece in pieces if piece.strip()]
    if boundaries.SECTION not in text or "\n\n\n" in text:
        return songs_of(text)
    return _songs_by_intros(text)


def _songs_by_intros(text: str) -> list[str]:
    """Songs without anything between them but headers: each intro after a section begins another one."""
    songs: list[list[str]] = [[]]
    seen = False
    for block in re.split(r"\n{2,}", text):
        kind = block.strip()[1 : block.find("\n") if "\n" in block else None] if block[:1] == boundaries.SECTION else ""
        if kind == StanzaKind.INTRO and seen:
            songs.append([])
        seen = seen or block[:1] == boundaries.SECTION
        songs[-1].append(block)
    return ["\n\n".join(blocks) for blocks in songs]


def _without_title(piece: str) -> str:
    """A song whose sections all have headers, without the title that stands above the first of them."""
    head, mark, rest = piece.partition(boundaries.SECTION)
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    fewest = 1 if all(map(str.isupper, lines)) else 2
    if (
        rest.count(boundaries.SECTION) < fewest
        or not 0 < len(lines) <= MOST_TITLE_LINES
        or not all(map(_is_title, lines))
    ):
        return piece
    return mark + rest


def _is_title(line: str) -> bool:
    """Whether all long words of a line have capitals, and no sign of a sentence ends it."""
    if line.isupper() and len(line) < 80:
        return True
    words = [word for word in _WORDS.findall(line) if len(word) > 3]
    return bool(words) and all(word[0].isupper() for word in words) and line[-1] not in ",.;:!?-" and len(line) < 80


def _has_headers(piece: str) -> bool:
    return boundaries.SECTION in piece


def _stanzas(piece: str) -> list[Stanza]:
    """The stanzas of one song; a stanza without a header is of the kind of the section that it stands in."""
    stanzas: list[Stanza] = []
    kind = StanzaKind.VERSE
    lines: list[str] = []
    asked_for: StanzaKind | None = None

    def end_stanza() -> None:
        if any(c.isalnum() for line in lines for c in line):
            stanzas.append(Stanza(kind, tuple(lines)))
        lines.clear()

    for line in piece.split("\n"):
        if line[:1] == boundaries.SECTION:
            end_stanza()
            if asked_for is not None:
                stanzas.append(Stanza(asked_for, ()))
            name = line[1:].strip()
            kind = StanzaKind(name) if name else StanzaKind.VERSE
            asked_for = kind if name else None
        elif line.strip():
            lines.append(line.strip(" "))
            asked_for = None
        else:
            end_stanza()
    end_stanza()
    if asked_for is not None:
        stanzas.append(Stanza(asked_for, ()))
    return stanzas


def _repeated(stanzas: list[Stanza]) -> list[Stanza]:
    """A chorus that is a header and nothing else is the song's chorus again; other empty sections are left out."""
    chorus: Stanza | None = None
    result: list[Stanza] = []
    for stanza in stanzas:
        if stanza.lines:
            if stanza.kind == StanzaKind.CHORUS:
                chorus = chorus if result and result[-1] == chorus else stanza
            result.append(stanza)
        elif stanza.kind == StanzaKind.CHORUS and chorus is not None:
            result.append(chorus)
    return result


def find_choruses(stanzas: list[Stanza]) -> list[Stanza]:
    """The stanzas with those marked as choruses that come back, at least half of their lines unchanged."""
    essences = [frozenset(" ".join(_WORDS.findall(line.casefold())) for line in stanza.lines) for stanza in stanzas]
    comes_back = [False] * len(stanzas)
    where: dict[str, list[int]] = {}
    for k, essence in enumerate(essences):
        shared: dict[int, int] = {}
        for line in essence:
            places = where.setdefault(line, [])
            for j in places[:_MOST_PLACES]:
                shared[j] = shared.get(j, 0) + 1
            places.append(k)
        for j, n in shared.items():
            if n >= max(1, SAME_SHARE * max(len(essence), len(essences[j]))) and (n > 1 or len(essence) == 1):
                comes_back[j] = comes_back[k] = True
    return [
        Stanza(StanzaKind.CHORUS, stanza.lines) if again and stanza.kind == StanzaKind.VERSE else stanza
        for stanza, again in zip(stanzas, comes_back, strict=True)
    ]


_MOST_PLACES = 8


def songs_in(clean_text: str, kinds: Sequence[Sequence[str]] = ()) -> list[Song]:
    """The songs of a text that no dress is on, with the kinds of their stanzas.

    ``kinds`` are those that `Understood.kinds` gave when the text was read; where there are none for a song, choruses
    are found by repetition.
    """
    songs = divide(clean_text)
    if len(kinds) != len(songs):
        return songs
    return [_with_kinds(song, of_song) for song, of_song in zip(songs, kinds, strict=True)]


def _with_kinds(song: Song, kinds: Sequence[str]) -> Song:
    known = {str(kind) for kind in StanzaKind}
    if len(kinds) != len(song.stanzas) or not known.issuperset(kinds):
        return song
    stanzas = zip(song.stanzas, kinds, strict=True)
    return Song(tuple(Stanza(StanzaKind(kind), stanza.lines) for stanza, kind in stanzas))
