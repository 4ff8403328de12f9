"""The shape of a song: which line opens a stanza, repeats a line of the chorus, rhymes with which."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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

    def answers_only(self, before: "Slot") -> bool:
        """Whether it is a new line of the same stanza that rhymes with the line before it and no other."""
        return self.answers == (before.number,) and self.stanza == before.stanza and self.repeats is None


FEWEST_WITH_BRIDGE = 5
"""Stanzas of a song that has room for a bridge."""
ENOUGH_SONGS = 5
"""Songs from which an artist's form is known."""
OFTEN = 0.3
"""Share of an artist's songs that make something a habit."""


@dataclass(frozen=True)
class Sung:
    """The lines that stand already: those of a seed, or a finished song that goes on."""

    stanzas: tuple[tuple[str, ...], ...] = ((),)
    """The last one may go on; it is empty after a blank line, and where nothing stands yet."""
    is_finished: bool = False
    """Whether it is a finished song. Then its last stanza is empty, and as many lines follow as were asked for."""

    @property
    def lines(self) -> int:
        """How many there are."""
        return sum(map(len, self.stanzas))


_NOTHING = Sung()


def slots(lines: int, form: str, scheme: str, typical: TypicalForm | None = None, sung: Sung = _NOTHING) -> list[Slot]:
    """The slots of the lines that are to be sung, at least one.

    No new stanza has a single line unless nothing else is sung.

    Args:
        lines: of the song, those that stand already included; of a finished song that goes on, the new ones.
        form: one of `FORMS`.
        scheme: a rhyme scheme.
        typical: how the artist builds songs, which a song follows as far as its lines go.
        sung: what stands already. Its stanzas tell which of them is the chorus, and whether it is due next; those of a
            seed that are longer than the form has them count as several.

    Raises:
        KeyError: there is no such scheme.
    """
    pattern = pattern_of(scheme)
    given = sung.lines
    new = lines if sung.is_finished else max(lines - given, 1)
    if form == "free" and scheme == "none":
        return list(_free_slots(given, new, sung))
    standing = _Standing.of(sung, _build(lines, form, typical or TypicalForm()))
    result: list[Slot] = []
    first, begun, chorus = given - standing.begun, standing.begun, standing.chorus
    for stanza, (is_chorus, size, repeated) in enumerate(_stanzas(new, standing), len(standing.kinds)):
        for place in range(begun, size):
            group, of_group = first + place - place % GROUP, place % GROUP
            is_last = first + place == given + new - 1
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
        first, begun = first + size, 0
    return result


def _free_slots(given: int, new: int, sung: Sung) -> Iterator[Slot]:
    """Stanzas end where the network ends them, but neither their first line nor the song's last one stands alone."""
    begun = len(sung.stanzas[-1])
    for k in range(given, given + new):
        place, is_last = begun + k - given, k == given + new - 1
        opens = sung.is_finished and k == given
        yield Slot(
            k,
            stanza=len(sung.stanzas) - 1,
            opens_stanza=opens,
            may_open_stanza=place > 1 and not is_last,
            closes_stanza=is_last,
            is_last=is_last,
        )


@dataclass(frozen=True)
class _Build:
    """What a song is built of."""

    verse: int
    """Lines of a verse, and of a bridge."""
    chorus: int
    has_chorus: bool
    has_bridge: bool

    def size(self, is_chorus: bool) -> int:
        """Lines of a stanza."""
        return self.chorus if is_chorus else self.verse


@dataclass(frozen=True)
class _Standing:
    """What stands of a song already, by stanzas."""

    build: _Build
    kinds: tuple[bool, ...]
    """Whether each whole stanza is a chorus."""
    chorus: int | None
    """The first line of the chorus, if there is one."""
    begun: int
    """Lines of the stanza after those, which goes on."""
    is_finished: bool

    @classmethod
    def of(cls, sung: Sung, build: _Build) -> "_Standing":
        """Tell choruses from verses; a chorus that stands already has its own length."""
        whole, begun = list(sung.stanzas[:-1]), sung.stanzas[-1]
        first = _chorus_of(whole) if build.has_chorus else None
        kinds = [first is not None and (k == first or _is_of(whole[first], each)) for k, each in enumerate(whole)]
        if first is not None:
            build = replace(build, chorus=len(whole[first]))
        while begun and len(begun) >= (size := build.size(is_chorus := _is_chorus_due(kinds, build))):
            if is_chorus and first is None:
                first = len(whole)
            whole.append(begun[:size])
            kinds.append(is_chorus)
            begun = begun[size:]
        chorus = None if first is None else sum(map(len, whole[:first]))
        return cls(build, tuple(kinds), chorus, len(begun), sung.is_finished)


def _chorus_of(stanzas: Sequence[Sequence[str]]) -> int | None:
    """Which stanza is the chorus: one that comes back, the second one if several do or none does."""
    fit = [k for k, stanza in enumerate(stanzas) if len(stanza) > 1]
    back = [k for k in fit if any(_is_of(stanzas[k], later) for later in stanzas[k + 1 :])]
    return 1 if 1 in (back or fit) else next(iter(back), None)


def _is_of(chorus: Sequence[str], stanza: Sequence[str]) -> bool:
    """Whether at least half of a stanza's lines are lines of the chorus."""
    known = {line.strip().casefold() for line in chorus}
    return sum(line.strip().casefold() in known for line in stanza) >= len(stanza) / 2


def _is_chorus_due(kinds: Sequence[bool], build: _Build) -> bool:
    """Whether a chorus follows: after every verse."""
    return build.has_chorus and bool(kinds) and not kinds[-1]


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


def _stanzas(new: int, standing: _Standing) -> Iterator[tuple[bool, int, range]]:
    """The stanzas of the new lines: whether each is a chorus, its lines, and which of the first chorus's it repeats.

    The first one may be the rest of a stanza that is begun, whose lines count in.
    """
    build, kinds = standing.build, list(standing.kinds)
    planned: list[tuple[bool, int]] = []
    left = new
    if standing.begun:
        is_chorus = _is_chorus_due(kinds, build)
        size = min(build.size(is_chorus), standing.begun + left)
        planned.append((is_chorus, size))
        kinds.append(is_chorus)
        left -= size - standing.begun
    planned += [(is_chorus, build.size(is_chorus)) for is_chorus in _kinds(left, build, kinds)]
    left = new + standing.begun - sum(size for _, size in planned)
    if left == 1 and planned:
        is_chorus, size = planned[-1]
        planned[-1], left = (is_chorus, size + 1), 0
    has_chorus = standing.chorus is not None
    for is_chorus, size in planned:
        yield is_chorus, size, range(build.chorus if is_chorus and has_chorus else 0)
        has_chorus = has_chorus or is_chorus
    if left:
        # Two lines that are left end the song as its chorus ends. A finished song that goes on by two lines has no end.
        is_end = has_chorus and left == 2 and (bool(planned) or not standing.is_finished)
        yield False, left, range(build.chorus - 2, build.chorus) if is_end else range(0)


def _kinds(lines: int, build: _Build, before: Sequence[bool]) -> list[bool]:
    """As many whole verses and choruses (true) in turns as there are lines for; a bridge before the last chorus."""
    kinds: list[bool] = []
    while True:
        longer: list[bool] = []
        for _ in range(len(kinds) + 1):
            longer.append(_is_chorus_due([*before, *longer], build))
        if (
            build.has_chorus
            and build.has_bridge
            and len(longer) > 1
            and len(before) + len(longer) >= FEWEST_WITH_BRIDGE
        ):
            longer[-2:] = [False, True]
        if sum(map(build.size, longer)) > lines:
            return kinds
        kinds = longer
