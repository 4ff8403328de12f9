"""Rhyme schemes: which lines of a song should rhyme."""

SCHEMES: dict[str, tuple[tuple[int, ...], ...]] = {
    "none": ((), (), (), ()),
    "AABB": ((), (0,), (), (2,)),
    "ABAB": ((), (), (0,), (1,)),
    "ABBA": ((), (), (1,), (0,)),
    "AAAA": ((), (0,), (0, 1), (0, 1, 2)),
}
"""Name -> for each line of a group of four, the earlier lines that it rhymes with."""


def answers(scheme: str, line_number: int) -> tuple[int, ...]:
    """The earlier lines that a line must rhyme with, () if it is free. Lines are counted from 0.

    Raises:
        KeyError: there is no such scheme.
    """
    pattern = SCHEMES[scheme]
    group, place = divmod(line_number, len(pattern))
    return tuple(group * len(pattern) + earlier for earlier in pattern[place])
