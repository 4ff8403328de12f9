"""How English words sound from their last stressed syllable on: by dictionary, else like words with the same spelling.

Sounds are written in the one-letter ARPABET (`lstm.data.make_rhymes` lists it): "light" is "lYt".
"""

import gzip
import re
from array import array
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np

VOWELS = frozenset("a@AcWYEReIioOUu")
ONSETS = frozenset(
    "b C d D f g h J k l m n p r s S t T v w y z Z bl br dr dw fl fr gl gr gw kl kr kw pl pr tr tw Tr Tw sk sl sm sn "
    "sp st sw Sr skr skw spl spr str by dy fy gy hy ky ly my ny py ty vy sky spy sty".split()
) | {""}
"""What an English syllable may begin with. It takes as many of the consonants between two vowels as are allowed."""

_SILENT_E = re.compile(r"(?<=[^aeiouy'])e(?:'?s|d)?$")
_SYLLABIC_E = re.compile(r"(?:[^aeiouylr']le[sd]?|[td]ed|(?:[csxz]|ch|sh|g)es)$")
_VOWEL_GROUP = re.compile(r"(?:(?<!q)u|[aeio]|(?<!^)y|^y(?![aeiou]))(?:[aeiou]|y(?![aeiou]))*")
_SPELT_ONSET = re.compile(r"(?:qu|[^aeiouy']|^y)*$")
_MOST_NEIGHBOURS = 16


class Sound(NamedTuple):
    """The consonants that begin a word's last stressed syllable, and all sounds from its vowel on."""

    onset: str
    tail: str


class Dictionary:
    """Words with their sounds, one per line, spelt backwards and sorted, so that words that end alike are neighbours.

    Kept as the bytes of the file, since a Python dictionary would take 20 MB. A look-up is a binary search of 6 µs.
    """

    def __init__(self, lines: bytes) -> None:
        """``lines`` as `lstm.data.make_rhymes` writes them."""
        self._lines = lines
        ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == ord("\n")) + 1
        self._starts = array("I", [0, *ends.tolist()])  # NumPy's own integers are slow to slice with
        self._count = len(self._starts) - 1

    def sounds(self, word: str) -> tuple[Sound, ...]:
        """All pronunciations of a lower-case word, () if it is not listed."""
        key = f"{word[::-1]} ".encode()
        line = self._line(self._first(key))
        return tuple(map(split_sounds, line[len(key) :].decode("ascii").split())) if line.startswith(key) else ()

    def guess(self, word: str) -> tuple[Sound, ...]:
        """The likeliest pronunciation of a lower-case word, from the listed words that share its longest ending.

        () if there are none, or if most of them are stressed before the part that they share with it.
        """
        backwards = word[::-1].encode("ascii", "replace")
        syllables = [len(word) - start for start in _syllables(word)]
        place = self._first(backwards)
        around = (self._line(place), self._line(place - 1) if place else b"")
        for shared in range(max(_common_start(backwards, line) for line in around), 0, -1):
            votes: dict[str, float] = {}
            stressed_before = 0.0
            for line in self._lines_with(backwards[:shared]):
                for letters, tail, weight in _aligned(line):
                    if letters <= shared and letters in syllables:
                        votes[tail] = votes.get(tail, 0.0) + weight
                    else:
                        stressed_before += weight
            if votes and (len(syllables) == 1 or sum(votes.values()) >= stressed_before / 2):
                tail = max(votes, key=votes.__getitem__)
                return (Sound(_onset(word[: _tail_start(word, tail)]), tail),)
        return ()

    def _lines_with(self, start: bytes) -> list[bytes]:
        """The lines of words with this (reversed) ending; an even selection if there are many."""
        first = self._first(start)
        end = bisect_right(self._starts, start, first, self._count, key=lambda s: self._lines[s : s + len(start)])
        step = max(1, (end - first) // _MOST_NEIGHBOURS)
        return [self._line(k) for k in range(first, end, step)]

    def _first(self, key: bytes) -> int:
        """The number of the first line that does not sort before ``key``."""
        return bisect_left(self._starts, key, 0, self._count, key=lambda s: self._lines[s : s + len(key)])

    def _line(self, number: int) -> bytes:
        return self._lines[self._starts[number] : self._starts[number + 1]] if number < self._count else b""


@cache
def shipped_dictionary() -> Dictionary:
    """The dictionary that ships with the package, read when it is first needed (40 ms, 3 MB)."""
    return Dictionary(gzip.decompress((resources.files("lstm") / "data" / "rhymes.txt.gz").read_bytes()))


def split_sounds(spoken: str) -> Sound:
    """Sounds in one string, "lYt", as a `Sound`."""
    start = next(k for k, sound in enumerate(spoken) if sound in VOWELS)
    return Sound(spoken[:start], spoken[start:])


@lru_cache(maxsize=4096)
def _aligned(line: bytes) -> tuple[tuple[int, str, float], ...]:
    """For each pronunciation of a line's word: how many of its last letters spell the tail, the tail, its weight."""
    backwards, *spoken = line.decode("ascii").split()
    word = backwards[::-1]
    tails = [split_sounds(sounds).tail for sounds in spoken]
    if _SILENT_E.search(word):  # Italian and French words pronounce it, and are left out
        tails = [tail for tail in tails if tail[-1] not in "ei"]
    return tuple((len(word) - _tail_start(word, tail), tail, 1 / len(spoken)) for tail in tails)


def _common_start(a: bytes, b: bytes) -> int:
    return next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _syllables(word: str) -> list[int]:
    """Where the vowels of a word's syllables begin in its spelling; a silent e does not count."""
    starts = [match.start() for match in _VOWEL_GROUP.finditer(word)]
    if len(starts) > 1 and _SILENT_E.search(word) and not _SYLLABIC_E.search(word):
        starts.pop()
    return starts


def _tail_start(word: str, tail: str) -> int:
    """Where the spelling of a tail begins in its word: as many vowels from the end as the tail has."""
    starts = _syllables(word)
    vowels = sum(sound in VOWELS for sound in tail)
    return starts[-vowels] if vowels <= len(starts) else starts[0] if starts else 0


_SPELT_CONSONANTS = (
    ("tch", "C"), ("sch", "S"), ("ch", "C"), ("sh", "S"), ("th", "T"), ("ph", "f"), ("wh", "w"), ("ck", "k"),
    ("qu", "kw"), ("kn", "n"), ("gn", "n"), ("wr", "r"), ("gh", "g"), ("rh", "r"), ("q", "k"), ("c", "k"), ("x", "ks"),
    ("j", "J"),
)  # fmt: skip


def _onset(before: str) -> str:
    """The sounds of the consonant letters at the end of ``before``: enough to see whether two onsets differ."""
    match = _SPELT_ONSET.search(before)
    sounds = match.group() if match else ""
    for spelt, sound in _SPELT_CONSONANTS:
        sounds = sounds.replace(spelt, sound)
    while sounds not in ONSETS:
        sounds = sounds[1:]
    return sounds
