"""Songs that are nearly other songs: live versions, remixes, the same page saved twice."""

import re
import zlib
from collections.abc import Iterable, Sequence

WORDS = 5
COMMON_SHARE = 0.5
"""A song of which at least this share of 5-grams stands in another one is its near-copy."""
_WORD = re.compile(r"[^\W_]+")
_MOST_KEPT = 400_000
"""5-grams that are remembered; of a longer corpus every second, fourth ... one, chosen by its hash."""


def ngrams_of(song: str, every: int = 1) -> set[int]:
    """Hashes of the song's word 5-grams; of a song with fewer words, of the whole."""
    words = _WORD.findall(song.casefold())
    grams = zip(*(words[k:] for k in range(WORDS)), strict=False) if len(words) >= WORDS else [words] if words else []
    # The same in every process, unlike `hash`: a resumed training must divide its songs in the same way.
    hashes = {zlib.crc32(" ".join(gram).encode("utf-8", "replace")) for gram in grams}
    return hashes if every == 1 or not hashes else {h for h in hashes if h % every == 0} or {min(hashes)}


def copies_of(songs: Sequence[str], learned: Iterable[str]) -> list[bool]:
    """Which of the ``songs`` are near-copies of ``learned`` text, taken as a whole."""
    grams = [ngrams_of(song) for song in songs]
    missing, found = set().union(*grams), set[int]()
    for song in learned:
        common = missing & ngrams_of(song)
        found |= common
        missing -= common
    return [bool(of_song) and len(of_song & found) >= COMMON_SHARE * len(of_song) for of_song in grams]


def near_copies(songs: Sequence[str]) -> list[int]:
    """The places of the songs that are near-copies of earlier ones."""
    every = 1
    while sum(map(len, songs)) / 6 / every > _MOST_KEPT:
        every *= 2
    seen: dict[int, None] = {}
    copies: list[int] = []
    for k, song in enumerate(songs):
        grams = ngrams_of(song, every)
        if grams and sum(gram in seen for gram in grams) >= COMMON_SHARE * len(grams):
            copies.append(k)
        seen.update(dict.fromkeys(grams))
    return copies
