"""What was understood of a text, in figures, and the sentence that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lstm.text.amount import note_on_amount
from lstm.text.phrases import Say, in_english, size

_SOURCES = frozenset(("table rows", "JSON records", "YAML blocks", "strings of a program"))
"""Of the kinds in `removed`, those that songs are read from: nothing sung is removed with them."""


@dataclass(frozen=True)
class CorpusSummary:
    """What a training would learn from, and how it was found; small enough to be kept beside the text."""

    songs: int
    size: int
    """Of the cleaned text, in bytes of UTF-8."""
    encoding: str
    dresses: tuple[str, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    """What was taken off, or what songs were read from (`_SOURCES`): kind -> count. Stored under this name, and printed
    under it by `lstm.corpus --json`."""
    near_copies: int = 0
    left_out: int = 0
    """Characters that there was no time to read."""

    characters: int | None = None
    """Of the cleaned text; None in reports of earlier versions."""

    def sentence(self, say: Say = in_english) -> str:
        """Return, for example: "62 songs to learn from, 41 KB after cleaning (removed: page titles (210))."

        Counts stand behind what they count, so that no language needs forms for one and for many.
        """
        if self.songs == 1:
            found = say("1 song to learn from, {size:s} after cleaning", size=size(self.size))
        else:
            found = say(
                "{count:,} songs to learn from, {size:s} after cleaning", count=self.songs, size=size(self.size)
            )
        notes = "; ".join(self._notes(say))
        sentences = [f"{found} ({notes})." if notes else f"{found}."]
        if self.characters is not None:
            sentences.append(note_on_amount(self.characters, say))
        return " ".join(filter(None, sentences))

    def _notes(self, say: Say) -> list[str]:
        notes = []
        if self.encoding != "utf-8":
            notes.append(say("read as {encoding}", encoding=self.encoding))
        if self.dresses:
            notes.append(say("recognised: {dresses}", dresses=", ".join(map(say, self.dresses))))
        sources = {kind: count for kind, count in self.removed.items() if kind in _SOURCES}
        removed = {kind: count for kind, count in self.removed.items() if kind not in _SOURCES}
        if sources:
            notes.append(say("read from: {sources}", sources=_counted(sources, say)))
        if removed:
            notes.append(say("removed: {removed}", removed=_counted(removed, say)))
        if self.left_out:
            notes.append(
                say("another {size:s} left out, because there is no time to read it", size=size(self.left_out))
            )
        if self.near_copies:
            notes.append(say("near-copies of earlier songs, also kept: {count:,}", count=self.near_copies))
        return notes


def _counted(kinds: Mapping[str, int], say: Say) -> str:
    return ", ".join(say("{kind} ({count:,})", kind=say(kind), count=count) for kind, count in kinds.items())
