"""What was understood of a text, in figures, and the sentence that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lstm.text.phrases import Say, in_english, size


@dataclass(frozen=True)
class CorpusSummary:
    """What a training would learn from, and how it was found; small enough to be kept beside the text."""

    songs: int
    size: int
    """Of the cleaned text, in bytes of UTF-8."""
    encoding: str
    dresses: tuple[str, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    near_copies: int = 0
    left_out: int = 0
    """Characters that there was no time to read."""

    def sentence(self, say: Say = in_english) -> str:
        """Return, for example: "62 songs, 41 KB after cleaning (recognised: Genius page; removed 210 page titles)."""
        if self.songs == 1:
            found = say("1 song, {size} after cleaning", size=size(self.size))
        else:
            found = say("{count} songs, {size} after cleaning", count=f"{self.songs:,}", size=size(self.size))
        notes = "; ".join(self._notes(say))
        return f"{found} ({notes})." if notes else f"{found}."

    def _notes(self, say: Say) -> list[str]:
        notes = []
        if self.encoding != "utf-8":
            notes.append(say("read as {encoding}", encoding=self.encoding))
        if self.dresses:
            notes.append(say("recognised: {dresses}", dresses=", ".join(map(say, self.dresses))))
        if self.removed:
            removed = ", ".join(f"{count:,} {say(kind)}" for kind, count in self.removed.items())
            notes.append(say("removed {removed}", removed=removed))
        if self.left_out:
            notes.append(say("{size} more left out, as there is no time to read them", size=size(self.left_out)))
        if self.near_copies == 1:
            notes.append(say("1 near-copy of an earlier song"))
        elif self.near_copies:
            notes.append(say("{count} near-copies of earlier songs", count=f"{self.near_copies:,}"))
        return notes
