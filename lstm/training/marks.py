"""Marks that readers gave candidates for lines of songs, as ``lstm/pretrained/marks.jsonl.gz`` holds them."""

import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstm.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Marked:
    """Candidates for one place in a song, and what they were marked."""

    song: int
    """Its number in the file."""
    artist: str
    opening: str
    before: tuple[str, ...]
    """The lines before it; blank ones between stanzas."""
    rhymes_with: str
    """The line that it rhymes with, or nothing."""
    candidates: tuple[str, ...]
    marks: tuple[int, ...]
    """0 to 9."""

    def text_before(self, fold: Callable[[str], str]) -> str:
        """The song up to this place as a network reads it; ``fold`` puts a line in characters that it knows."""
        return "\n\n" + "".join(fold(line) + "\n" for line in self.before)


def marked(file: Path) -> list[Marked]:
    """All places of a file whose marks differ, song by song."""
    places: list[Marked] = []
    for number, text in enumerate(gzip.decompress(file.read_bytes()).decode("utf-8").splitlines()):
        song = json.loads(text)
        for place in song["places"]:
            texts, marks = zip(*place["candidates"], strict=True)
            if len(set(marks)) > 1:
                answers = place["answers"]
                rhymes_with = "" if answers is None else song["lines"][answers]
                before = tuple(_lines(song, place["line"]))
                places.append(Marked(number, song["artist"], song["opening"], before, rhymes_with, texts, marks))
    return places


def _lines(song: dict[str, Any], end: int) -> Iterable[str]:
    for k, line in enumerate(song["lines"][:end]):
        if k and k in song["stanzas"]:
            yield ""
        yield line
    if end and end in song["stanzas"]:
        yield ""


def within(values: FloatArray, group_of: IntArray) -> FloatArray:
    """By how much each value differs from the mean of its group; ``group_of`` (n,) are their numbers."""
    means = np.bincount(group_of, values) / np.maximum(1, np.bincount(group_of))
    return values - means[group_of].astype(values.dtype)


def agreement(marks: Sequence[FloatArray], wanted: Sequence[FloatArray]) -> float:
    """Mean correlation with a reader's marks within groups, where both differ."""
    pairs = [(a, b) for a, b in zip(marks, wanted, strict=True) if a.std() > 0 and b.std() > 0]
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs])) if pairs else 0.0
