"""How songs are built: lines of a verse and of a chorus, and whether there are bridges.

It is learned from the kinds of stanzas that readers find (`lstm.text.songs.StanzaKind`): from section headers, or from
stanzas that come back in their song.
"""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lstm.text.songs import Song, StanzaKind

MOST_LINES = 16
"""Of a stanza that counts: longer ones are songs whose stanzas nothing tells apart."""


@dataclass(frozen=True)
class TypicalForm:
    """The form of an artist's songs; the defaults are a song of which nothing is known."""

    songs: int = 0
    """Songs of two stanzas or more that it was learned from; with 0 all else is a guess."""
    verse_lines: int = 4
    """Of a typical verse."""
    chorus_lines: int = 4
    """Of a typical chorus; that of a verse where no song has a chorus."""
    bridge_share: float = 0.0
    """Share of the songs that have a bridge."""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "TypicalForm":
        """The form that `to_json` was asked of; the default one where there is none, or its values are no form's."""
        if not isinstance(data, Mapping):
            return cls()
        values: dict[str, Any] = {}
        for each in fields(cls):
            value = data.get(each.name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                return cls()
            values[each.name] = value
        form = cls(**values)
        counts = (form.songs, form.verse_lines, form.chorus_lines)
        if not all(isinstance(count, int) and count >= 0 for count in counts):
            return cls()
        if not all(1 <= lines <= MOST_LINES for lines in counts[1:]):
            return cls()
        return form if 0 <= form.bridge_share <= 1 else cls()


def typical_form(songs: Iterable[Song]) -> TypicalForm:
    """The form of some songs, whose stanzas have kinds; songs of a single stanza have none and do not count."""
    built = [song for song in songs if len(song.stanzas) > 1]
    if not built:
        return TypicalForm()
    verse_lines = _typical_lines(built, StanzaKind.VERSE, 4)
    bridged = sum(any(stanza.kind == StanzaKind.BRIDGE for stanza in song.stanzas) for song in built)
    return TypicalForm(
        songs=len(built),
        verse_lines=verse_lines,
        chorus_lines=_typical_lines(built, StanzaKind.CHORUS, verse_lines),
        bridge_share=round(bridged / len(built), 3),
    )


def _typical_lines(songs: Iterable[Song], kind: StanzaKind, otherwise: int) -> int:
    """The commonest number of lines of stanzas of a kind, the larger one of two that are as common."""
    sizes = [len(stanza.lines) for song in songs for stanza in song.stanzas if stanza.kind == kind]
    sizes = [size for size in sizes if size <= MOST_LINES]
    return max(statistics.multimode(sizes)) if sizes else otherwise
