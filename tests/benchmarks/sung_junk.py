"""What of a file's dress is in songs: found without the code that takes dresses off.

A dressed file and the clean text that it holds differ by the dress: their different words and signs are what must never
be sung. Times, chords and headers are told by patterns of their own.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+")
_TIME = re.compile(r"\d{1,2}:\d{2}")
_CHORDS = re.compile(r"[A-G](?:#|b)?(?:maj|min|m|dim|aug|sus|add)?\d{0,2}(?:/[A-G](?:#|b)?)?")
_HEADER = re.compile(
    r"\W*(?:pre-?chorus|chorus|verse|bridge|intro|outro|hook|refrain|interlude)\W*(?:\d|one|two)?\W*", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-z][^<>]*>|&#?\w+;|\{[a-z_]+:?|\[[a-z]{2}:", re.IGNORECASE)


@dataclass(frozen=True)
class Dress:
    """What a dressed file has that its songs have not."""

    words: frozenset[str]
    signs: frozenset[str]

    @classmethod
    def of(cls, dressed: str, clean: str) -> "Dress":
        """The words and signs of a dressed text that the clean one has not."""
        words, signs = (
            frozenset(map(str.casefold, _WORD.findall(dressed))) - frozenset(map(str.casefold, _WORD.findall(clean))),
            frozenset(c for c in dressed if not c.isspace()) - frozenset(clean),
        )
        return cls(words, signs)

    def found_in(self, songs: Iterable[str]) -> Counter[str]:
        """What of the dress is in the songs, with its frequency: "word contributors", "sign [", "time", "chords"."""
        found = Counter[str]()
        for song in songs:
            for line in filter(str.strip, song.split("\n")):
                found.update(f"word {word}" for word in set(map(str.casefold, _WORD.findall(line))) & self.words)
                found.update(f"sign {sign}" for sign in set(line) & self.signs)
                found["time"] += _TIME.search(line) is not None
                found["header"] += _HEADER.fullmatch(line) is not None
                found["tag"] += _TAG.search(line) is not None
                tokens = line.split()
                found["chords"] += len(tokens) > 1 and all(map(_CHORDS.fullmatch, tokens))
        return +found
