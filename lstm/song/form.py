"""The shape of a song: which line opens a stanza, repeats a line of the chorus, rhymes with which."""

from collections.abc import Iterator
from dataclasses import dataclass

from lstm.rhyme.schemes import GROUP, pattern_of

FORMS = ("song", "verses", "free")
"""A song has verses and a chorus that comes back, verses are stanzas, and a free song breaks where the network does."""


@dataclass(frozen=True)
class Slot:
    """A line of the song before it has words. Lines are counted from 0, blank ones left out."""

    number: int
    stanza: int
    opens_stanza: bool = False
    """A blank line stands before it, unless it is the first."""
    may_open_stanza: bool = False
    """Whether a blank line stands before it is for the network to say."""
    closes_stanza: bool = False
    is_chorus: bool = False
    repeats: int | None = None
    """The line that is sung again here."""
    answers: tuple[int, ...] = ()
    """Earlier lines that it rhymes with."""
    is_answered: bool = False
    """A later line rhymes with it."""
    is_last: bool = False


def slots(lines: int, form: str, scheme: str) -> list[Slot]:
    """The slots of a song of so many lines. No stanza has a single line unless the song has.

    Raises:
        KeyError: there is no such scheme.
    """
    pattern = pattern_of(scheme)
    if form == "free" and scheme == "none":
        return [
            Slot(
                k,
                stanza=0,
                may_open_stanza=1 < k < lines - 1,
                closes_stanza=k == lines - 1,
                is_last=k == lines - 1,
            )
            for k in range(lines)
        ]
    result: list[Slot] = []
    chorus: int | None = None
    for stanza, size in enumerate(_stanzas(lines)):
        first = len(result)
        is_chorus = form == "song" and stanza % 2 == 1 and size >= GROUP
        repeats = chorus if is_chorus else None
        if form == "song" and size == 2 and chorus is not None:
            repeats = chorus + GROUP - 2  # its last two lines end the song once more
        for place in range(size):
            group, of_group = first + place - place % GROUP, place % GROUP
            result.append(
                Slot(
                    first + place,
                    stanza,
                    opens_stanza=place == 0,
                    closes_stanza=place == size - 1,
                    is_chorus=is_chorus,
                    repeats=None if repeats is None or place >= GROUP else repeats + place,
                    answers=tuple(group + earlier for earlier in pattern[of_group]),
                    is_answered=any(of_group in earlier for earlier in pattern[of_group + 1 : of_group + size - place]),
                    is_last=first + place == lines - 1,
                )
            )
        if is_chorus and chorus is None:
            chorus = first
    return result


def _stanzas(lines: int) -> Iterator[int]:
    """The lines of each stanza: four, and one more where a single line would be left."""
    left = lines
    while left:
        size = left if left <= GROUP + 1 else GROUP
        yield size
        left -= size
