"""Rhyme schemes: which lines of a song should rhyme."""

SCHEMES: dict[str, tuple[tuple[int, ...], ...]] = {
    "none": ((), (), (), ()),
    "AABB": ((), (0,), (), (2,)),
    "ABAB": ((), (), (0,), (1,)),
    "ABBA": ((), (), (1,), (0,)),
    "AAAA": ((), (0,), (0, 1), (0, 1, 2)),
}
"""Name -> for each line of a group of four, the earlier lines that it rhymes with."""

RHYMES = ("auto", *SCHEMES)
"""What can be asked for: a scheme, or "auto", the artist's habit (`lstm.song.habits`)."""

PATTERNS = SCHEMES | {"ABCB": ((), (), (), (1,))}
"""The schemes, and ABCB, which most songs follow: it cannot be asked for, but it can be a habit."""

GROUP = 4
"""Lines that a rhyme scheme covers."""


def pattern_of(scheme: str) -> tuple[tuple[int, ...], ...]:
    """The pattern of a scheme, or of a habit.

    Raises:
        KeyError: there is no such scheme.
    """
    return PATTERNS[scheme]
