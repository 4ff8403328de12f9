"""Which songs are learned from, which are held out to measure by, and which are set aside.

The held-out songs are a seeded random choice over the whole corpus: its last tenth may be an album in another style.
To predict songs that are near-copies of learned ones (live versions, songs with a common chorus), a model or an n-gram
only has to remember what it has read, so neither is measured on them. A text without songs is cut by lines into pieces,
and the lines next to a held-out piece are left out too: they may hold its chorus.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm.text.errors import CorpusError
from lstm.text.near_copies import copies_of
from lstm.text.songs import songs_of

FEWEST_SONGS = 10
"""A corpus of fewer is cut by lines."""
PIECE_LINES = 64
"""Most lines of a piece of a text without songs."""
FEWEST_PIECES = 100
"""A shorter text is cut into pieces of fewer lines."""
GAP_LINES = 4
"""Lines left out on each side of a held-out piece: a stanza."""
FEWEST_LINES_FOR_GAPS = 200


@dataclass(frozen=True)
class Split:
    """A corpus divided for training and measuring."""

    training: tuple[str, ...]
    """Songs, or what is left of a text without songs, to learn from."""
    held_out: tuple[str, ...]
    """Songs or pieces that training never sees, in random order."""
    pieces: int
    """How many songs, or pieces, there were in all."""
    near_copies_set_aside: int = 0
    """How many are neither learned nor measured, because they are near-copies of songs on the other side."""


def split_songs(text: str, share: float = 0.1, random_seed: int = 0) -> Split:
    """Hold out about ``share`` of a clean text, at least one song or piece.

    Where most songs that could be held out are also among the learned ones (a corpus pasted twice), their copies are
    taken out of what is learned instead. Only a text that is one piece over and over is measured on what it learned.

    Raises:
        CorpusError: fewer than two lines.
    """
    rng = np.random.default_rng([random_seed, 3])
    songs = songs_of(text)
    if len(songs) < FEWEST_SONGS:
        return _split_lines(text, share, rng)
    chosen = _choose([len(song) for song in songs], share, rng)
    are_held_out = set(chosen)
    held_out = [songs[k] for k in chosen]
    training = [song for k, song in enumerate(songs) if k not in are_held_out]
    return _without_near_copies(training, held_out, len(songs))


def _choose(sizes: Sequence[int], share: float, rng: np.random.Generator) -> list[int]:
    """Places of pieces with these sizes that together are about ``share`` of the whole, in random order."""
    wanted = share * sum(sizes)
    # No piece that is larger than twice the share: it would leave too little to learn from.
    largest = max(2 * wanted, min(sizes))
    chosen: list[int] = []
    taken = 0
    for place in map(int, rng.permutation(len(sizes))):
        if sizes[place] <= largest and (not chosen or taken + sizes[place] / 2 < wanted):
            chosen.append(place)
            taken += sizes[place]
    return chosen[: len(sizes) - 1]


def _split_lines(text: str, share: float, rng: np.random.Generator) -> Split:
    lines = text.split("\n")
    sung = [k for k, line in enumerate(lines) if line.strip()]
    if len(sung) < 2:
        raise CorpusError("The text has only one line; a corpus needs songs of several lines.")
    size = max(1, min(PIECE_LINES, len(sung) // FEWEST_PIECES))
    starts = [sung[k] for k in range(0, len(sung), size)]
    ends = [*starts[1:], len(lines)]
    chosen = _choose([end - start for start, end in zip(starts, ends, strict=True)], share, rng)
    held_out = ["\n".join(lines[starts[k] : ends[k]]).strip("\n") for k in chosen]
    gap = GAP_LINES if len(sung) >= FEWEST_LINES_FOR_GAPS else 0
    learned = np.ones(len(lines), bool)
    for k in chosen:
        learned[max(0, starts[k] - gap) : ends[k] + gap] = False
    training = _runs(lines, learned)
    return _without_near_copies(training, held_out, len(starts))


def _runs(lines: Sequence[str], kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str]:
    """The kept lines, as one text for each run of them."""
    runs: list[list[str]] = [[]]
    for line, is_kept in zip(lines, kept, strict=True):
        if is_kept:
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return [text for run in runs if (text := "\n".join(run).strip("\n")).strip()]


def _without_near_copies(training: list[str], held_out: list[str], pieces: int) -> Split:
    are_copies = copies_of(held_out, training)
    kept = tuple(song for song, is_copy in zip(held_out, are_copies, strict=True) if not is_copy)
    if 2 * len(kept) > len(held_out) and training:
        return Split(tuple(training), kept, pieces, sum(are_copies))
    # Most of it is there twice: what is measured must go from what is learned.
    are_copies = copies_of(training, held_out)
    learned = tuple(song for song, is_copy in zip(training, are_copies, strict=True) if not is_copy)
    return Split(learned or tuple(training), tuple(held_out), pieces, sum(are_copies) if learned else 0)
