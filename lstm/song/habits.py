"""What an artist does in most songs, as far as a song's shape asks: rhyme, and capitals."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations, islice
from typing import Any

from lstm.rhyme.ear import Rhymes
from lstm.rhyme.schemes import GROUP, PATTERNS, pattern_of
from lstm.text.words import last_word

MOST_STANZAS = 2_000
"""Stanzas that are listened to: enough to know, in a second or two."""
FEWEST_GROUPS = 8
"""Groups of four lines, in fewer of which no scheme is a habit."""
RHYMED = 0.3
"""A scheme is a habit if this share of the pairs that it asks for rhyme; near-rhymes do not count."""
PER_RHYMING_LINE = 0.08
"""By how much a scheme of more rhymes is preferred: "ABAB" over "ABCB" where both hold."""
_HABITS = tuple(scheme for scheme, pattern in PATTERNS.items() if any(pattern))


@dataclass(frozen=True)
class Habits:
    """What one artist does in most songs."""

    rhyme: str = "none"
    """What ``auto`` stands for: a scheme, or ``ABCB``."""
    capitals: bool = True
    """Whether lines begin with capital letters."""

    @classmethod
    def of(cls, songs: Iterable[str], ear: Rhymes) -> "Habits":
        """The habits in some songs."""
        stanzas = [
            [line for line in stanza.split("\n") if line.strip()] for song in songs for stanza in song.split("\n\n")
        ]
        lines = [line for stanza in stanzas for line in stanza]
        firsts = [letter for line in lines if (letter := next(filter(str.isalpha, line), ""))]
        capitals = sum(letter.upper() == letter for letter in firsts) >= len(firsts) / 2
        groups = (stanza[k : k + GROUP] for stanza in stanzas for k in range(0, len(stanza) - GROUP + 1, GROUP))
        return cls(_scheme_of(islice(groups, MOST_STANZAS), ear), capitals)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> "Habits":
        """Those that `to_json` was asked of; the usual ones where there are none, or others are named."""
        if not isinstance(data, Mapping):
            return cls()
        rhyme, capitals = data.get("rhyme"), data.get("capitals")
        is_known = isinstance(rhyme, str) and rhyme in PATTERNS
        return cls(str(rhyme) if is_known else "none", capitals is not False)


def _scheme_of(groups: Iterable[list[str]], ear: Rhymes) -> str:
    """The scheme that fits most groups of four lines, or none."""
    pairs = list(combinations(range(GROUP), 2))
    rhymed, count = dict.fromkeys(pairs, 0), 0
    for group in groups:
        words = [last_word(line) for line in group]
        count += 1
        for a, b in pairs:
            rhymed[a, b] += ear.rhymes(words[a], words[b])
    if count < FEWEST_GROUPS:
        return "none"

    def share(scheme: str) -> float:
        asked = [(earlier, k) for k, answered in enumerate(pattern_of(scheme)) for earlier in answered]
        return sum(rhymed[pair] for pair in asked) / len(asked) / count

    def preference(scheme: str) -> float:
        return share(scheme) + PER_RHYMING_LINE * sum(bool(answered) for answered in pattern_of(scheme))

    best = max(_HABITS, key=preference)
    return best if share(best) >= RHYMED else "none"
