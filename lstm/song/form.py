"""The shape of a song: which line opens a stanza, repeats a line of the chorus, rhymes with which."""

from collections.abc import Iterator
from dataclasses import dataclass

from lstm.rhyme.schemes import GROUP, pattern_of
from lstm.song.typical_form import TypicalForm

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


FEWEST_WITH_BRIDGE = 5
"""Stanzas of a song that has room for a bridge."""
ENOUGH_SONGS = 5
"""Songs from which an artist's form is known."""
OFTEN = 0.3
"""Share of an artist's songs that make something a habit."""


def slots(lines: int, form: str, scheme: str, typical: TypicalForm | None = None) -> list[Slot]:
    """The slots of a song of so many lines. No stanza has a single line unless the song has.

    ``typical``: how the artist builds songs, which a song follows as far as its lines go.

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
    for stanza, (is_chorus, size, repeated) in enumerate(
        _stanzas(lines, _build(lines, form, typical or TypicalForm()))
    ):
        first = len(result)
        for place in range(size):
            group, of_group = first + place - place % GROUP, place % GROUP
            is_last = first + place == lines - 1
            repeats = None if chorus is None or place >= len(repeated) else chorus + repeated[place]
            result.append(
                Slot(
                    first + place,
                    stanza,
                    opens_stanza=place == 0,
                    closes_stanza=place == size - 1,
                    is_chorus=is_chorus,
                    # A chorus that ends the song has a last line of its own.
                    repeats=None if is_last and is_chorus else repeats,
                    answers=tuple(group + earlier for earlier in pattern[of_group]),
                    is_answered=any(of_group in earlier for earlier in pattern[of_group + 1 : of_group + size - place]),
                    is_last=is_last,
                )
            )
        if is_chorus and chorus is None:
            chorus = first
    return result


@dataclass(frozen=True)
class _Build:
    """What a song is built of."""

    verse: int
    """Lines of a verse, and of a bridge."""
    chorus: int
    has_chorus: bool
    has_bridge: bool


def _build(lines: int, form: str, typical: TypicalForm) -> _Build:
    """What a song of so many lines can have of an artist's form."""
    # Of stanzas that are as long as this, two verses and a chorus find room.
    longest = max(GROUP, lines // 3 // 2 * 2)
    return _Build(
        verse=min(longest, max(2, typical.verse_lines)),
        chorus=min(longest, max(2, typical.chorus_lines)),
        has_chorus=form == "song",
        has_bridge=typical.songs >= ENOUGH_SONGS and typical.bridge_share >= OFTEN,
    )


def _stanzas(lines: int, build: _Build) -> Iterator[tuple[bool, int, range]]:
    """The stanzas of a song: whether each is a chorus, its lines, and which of the first chorus's lines it repeats."""
    kinds = _kinds(lines, build)
    sizes = [build.chorus if is_chorus else build.verse for is_chorus in kinds]
    left = lines - sum(sizes)
    if left == 1 and sizes:
        sizes[-1], left = sizes[-1] + 1, 0
    has_chorus = False
    for is_chorus, size in zip(kinds, sizes, strict=True):
        yield is_chorus, size, range(build.chorus if is_chorus and has_chorus else 0)
        has_chorus = has_chorus or is_chorus
    if left:
        # Two lines that are left end the song as its chorus ends.
        yield False, left, range(build.chorus - 2, build.chorus) if has_chorus and left == 2 else range(0)


def _kinds(lines: int, build: _Build) -> list[bool]:
    """As many whole verses and choruses (true) in turns as there are lines for; a bridge before the last chorus."""
    kinds: list[bool] = []
    while True:
        longer = [build.has_chorus and k % 2 == 1 for k in range(len(kinds) + 1)]
        if build.has_chorus and build.has_bridge and len(longer) >= FEWEST_WITH_BRIDGE:
            longer[-2:] = [False, True]
        if sum(build.chorus if is_chorus else build.verse for is_chorus in longer) > lines:
            return kinds
        kinds = longer
