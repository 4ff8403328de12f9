"""From the bytes of a file to its songs, and what was recognised and removed on the way."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from lstm.text import boundaries, recurring
from lstm.text.cleaning import clean, drop_invisible, unify_line_ends
from lstm.text.division import divide
from lstm.text.dresses import CONTAINERS, DRESSES, Dress
from lstm.text.encodings import decode
from lstm.text.errors import CorpusError
from lstm.text.excerpt import BREAKS, excerpt
from lstm.text.near_copies import near_copies
from lstm.text.songs import Song, text_of
from lstm.text.summary import CorpusSummary

FIRST_LINES = 4


@dataclass(frozen=True)
class Understood:
    """What a training would learn from, and how it was found."""

    songs: tuple[Song, ...]
    encoding: str
    """Of the file; of several files, those that occur, joined by commas."""
    dresses: tuple[str, ...] = ()
    """What was recognised, outermost first."""
    removed: Mapping[str, int] = field(default_factory=dict)
    """What was taken off, or what songs were read from ("table rows"): kind -> count."""
    near_copies: int = 0
    """Songs that are nearly copies of earlier ones; they stay among the songs."""
    left_out: int = 0
    """Characters that were not read, because only so many were asked for."""

    @cached_property
    def text(self) -> str:
        """The songs as one clean text: two blank lines between songs, one between stanzas."""
        return text_of(self.songs)

    @property
    def sections(self) -> dict[str, int]:
        """Kinds of stanzas -> how many there are."""
        return dict(Counter(str(stanza.kind) for song in self.songs for stanza in song.stanzas))

    @property
    def kinds(self) -> tuple[tuple[str, ...], ...]:
        """The kind of each stanza, song by song: `lstm.text.division.songs_in` takes them with the text."""
        return tuple(tuple(str(stanza.kind) for stanza in song.stanzas) for song in self.songs)

    @property
    def first_lines(self) -> list[str]:
        """The first lines as they will be learned."""
        return [line for song in self.songs[:FIRST_LINES] for line in song.lines][:FIRST_LINES]

    @property
    def summary(self) -> CorpusSummary:
        """All of this in figures."""
        size = len(self.text.encode("utf-8", "replace"))
        return CorpusSummary(
            len(self.songs),
            size,
            self.encoding,
            self.dresses,
            dict(self.removed),
            self.near_copies,
            self.left_out,
            len(self.text),
        )

    def report(self) -> str:
        """The sentence, and the first lines below it."""
        return "\n".join([self.summary.sentence(), "", *(f"    {line}" for line in self.first_lines), ""])


def understand(data: bytes, most: float = math.inf) -> Understood:
    """Read a file: recognise its encoding and its dresses, take them off, and find songs and sections.

    Of a text of more than ``most`` characters only passages from all over it are read. Takes time in proportion to the
    file. Even so, read untrusted text in a separate process with limits of time and memory.

    Raises:
        CorpusError: not text, in another format, or without a song.
    """
    decoded = decode(data)
    return replace(understand_text(decoded.text, most), encoding=decoded.encoding)


def understand_text(text: str, most: float = math.inf) -> Understood:
    """As `understand`, of a text.

    Raises:
        CorpusError: there is no song in it.
    """
    removed = Counter[str]()
    worn: list[str] = []
    text = drop_invisible(unify_line_ends(text)).strip("\n")
    text = _take_off(CONTAINERS, text, worn, removed)
    whole = len(text)
    text = excerpt(text, most, (boundaries.SONG, *BREAKS))
    left_out = whole - len(text)
    text = _take_off(DRESSES, clean(text, kept=boundaries.ALL), worn, removed)
    bare = recurring.take_off(divide(clean(text, kept=boundaries.ALL)))
    if not bare.songs:
        raise CorpusError("There are no lyrics in this text.")
    removed.update(bare.removed)
    worn += [kind for kind in bare.removed if kind not in worn]
    copies = near_copies([song.text for song in bare.songs])
    kinds = {kind: n for kind, n in removed.items() if n}
    return Understood(bare.songs, "utf-8", tuple(worn), kinds, len(copies), left_out)


def _take_off(dresses: Iterable[Dress], text: str, worn: list[str], removed: Counter[str]) -> str:
    for dress in dresses:
        undressed = dress.take_off(text)
        if undressed is not None:
            text = undressed.text
            removed.update(undressed.removed)
            if dress.name not in worn:
                worn.append(dress.name)
    return text
