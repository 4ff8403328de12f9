"""The shape of a song."""

import pytest

from lstm.rhyme.schemes import SCHEMES
from lstm.song.form import FORMS, Sung, slots
from lstm.song.typical_form import TypicalForm
from tests.lstm.songs import answers


def stanzas(lines, form="song", scheme="none"):
    sizes = []
    for slot in slots(lines, form, scheme):
        if slot.opens_stanza:
            sizes.append(0)
        sizes[-1] += 1
    return sizes


@pytest.mark.parametrize(
    ("lines", "sizes"),
    [
        (1, [1]), (2, [2]), (4, [4]), (5, [5]), (6, [4, 2]), (8, [4, 4]), (9, [4, 5]), (12, [4, 4, 4]), (13, [4, 4, 5]),
        (14, [4, 4, 4, 2]), (40, [4] * 10),
    ],
)  # fmt: skip
def test_no_stanza_has_a_single_line(lines, sizes):
    assert stanzas(lines) == sizes


def test_the_chorus_comes_back():
    song = slots(20, "song", "none")
    assert [slot.number for slot in song if slot.is_chorus] == [4, 5, 6, 7, 12, 13, 14, 15]
    assert [slot.repeats for slot in song[12:16]] == [4, 5, 6, 7]
    assert all(slot.repeats is None for slot in [*song[:12], *song[16:]])


def test_a_chorus_that_ends_the_song_changes_its_last_line():
    assert [slot.repeats for slot in slots(16, "song", "AABB")[12:]] == [4, 5, 6, None]
    assert slots(16, "song", "AABB")[15].answers == (14,)
    assert [slot.repeats for slot in slots(17, "song", "AABB")[12:]] == [4, 5, 6, 7, None]


def kinds(lines, typical, sung=None):
    """V, C, or c for a chorus that repeats, and how many lines, by stanza; what ends a stanza that stands begins +."""
    told = []
    for slot in slots(lines, "song", "none", typical, sung or Sung()):
        if slot.opens_stanza or not told:
            kind = "V" if not slot.is_chorus else "C" if slot.repeats is None else "c"
            told.append([kind if slot.opens_stanza else f"+{kind}", 0])
        told[-1][1] += 1
    return " ".join(f"{kind}{size}" for kind, size in told)


def typical(verse=4, chorus=4, bridge_share=0.0, songs=10):
    return TypicalForm(songs, verse, chorus, bridge_share)


@pytest.mark.parametrize(
    ("lines", "artist", "told"),
    [
        (20, TypicalForm(), "V4 C4 V4 c4 V4"),
        (20, typical(bridge_share=0.5), "V4 C4 V4 V4 c4"),
        (20, typical(bridge_share=0.5, songs=3), "V4 C4 V4 c4 V4"),
        (24, typical(bridge_share=0.5), "V4 C4 V4 c4 V4 c4"),
        (16, typical(bridge_share=0.5), "V4 C4 V4 c4"),
        (24, typical(verse=8), "V8 C4 V8 c4"),
        (12, typical(verse=8), "V4 C4 V4"),
        (20, typical(verse=8, chorus=8), "V6 C6 V6 V2"),
        (12, typical(verse=2, chorus=2), "V2 C2 V2 c2 V2 c2"),
        (12, typical(verse=1), "V2 C4 V2 c4"),
        (3, typical(verse=8), "V3"),
    ],
)
def test_stanzas_are_as_long_as_the_artists(lines, artist, told):
    assert kinds(lines, artist) == told


def test_only_the_lines_that_are_left_end_the_song_as_its_chorus_ends():
    song = slots(16, "song", "none", typical(verse=2))
    assert kinds(16, typical(verse=2)) == "V2 C4 V2 c4 V2 V2"
    assert [slot.repeats for slot in song[12:]] == [None, None, 4, 5]


def test_verses_alone_have_the_length_of_verses():
    song = slots(18, "verses", "none", typical(verse=6))
    assert [slot.number for slot in song if slot.opens_stanza] == [0, 6, 12]


def test_two_lines_that_are_left_end_the_song_as_its_chorus_ends():
    assert [slot.repeats for slot in slots(14, "song", "none")[12:]] == [6, 7]
    assert [slot.repeats for slot in slots(6, "song", "none")[4:]] == [None, None]


def stood(text):
    """A finished song, written as its stanzas of letters, each a line."""
    return Sung((*map(tuple, text.split()), ()), is_finished=True)


@pytest.mark.parametrize(
    ("song", "lines", "artist", "told"),
    [
        ("abcd", 4, typical(), "C4"),
        ("abcd efgh", 8, typical(), "V4 c4"),
        ("abcd efgh ijkl", 12, typical(verse=8), "c4 V4 c4"),
        ("abcd efgh ijkl efgm", 8, typical(verse=8), "V4 c4"),
        ("abcd efgh ijkl efgm", 12, typical(verse=6, bridge_share=0.5), "V4 V4 c4"),
        ("abcd efghij klmn", 24, typical(verse=8), "c6 V8 c6 V4"),
        ("abcd efgh gh", 10, typical(), "V4 c4 V2"),
        ("abcd efgh ij", 6, typical(), "c4 V2"),
        ("ab", 2, typical(), "V2"),
        ("ab cd", 2, typical(), "V2"),
        ("ab cd ef", 2, typical(), "c2"),
        ("abcd efgh", 3, typical(), "V3"),
        ("abcd efgh", 5, typical(), "V5"),
        ("abcd efgh ijkl abcd", 8, typical(), "V4 c4"),
        ("a a a", 8, typical(), "C4 V4"),
        ("", 8, typical(), "V4 C4"),
    ],
)
def test_a_song_goes_on_by_stanzas_as_it_began(song, lines, artist, told):
    assert kinds(lines, artist, stood(song)) == told


@pytest.mark.parametrize(
    ("song", "repeated"),
    [
        ("abcd efgh ijkl", "efgh...."),
        ("abcd efghij klmn", "efghij.."),
        ("abcd efgh ijkl abcd mnop", "abcd...."),
        ("abcd ab efgh", "abcd...."),
        ("Abcd efgh abcD", "....Abcd"),
    ],
)
def test_only_the_chorus_that_stands_comes_back(song, repeated):
    lines = "".join(song.split())
    new = slots(9, "song", "none", typical(), stood(song))
    assert "".join("." if slot.repeats is None else lines[slot.repeats] for slot in new[:8]) == repeated


def test_verses_that_go_on_repeat_nothing():
    new = slots(8, "verses", "AABB", typical(), stood("abcd efgh ijkl"))
    assert [slot.number for slot in new] == list(range(12, 20))
    assert [slot.number for slot in new if slot.opens_stanza] == [12, 16]
    assert all(slot.repeats is None for slot in new)
    assert [slot.answers for slot in new[:4]] == [(), (12,), (), (14,)]


def test_a_free_song_goes_on_with_a_stanza():
    new = slots(5, "free", "none", None, stood("abc de"))
    assert [slot.number for slot in new] == [5, 6, 7, 8, 9]
    assert [slot.opens_stanza for slot in new] == [True, False, False, False, False]
    assert [slot.may_open_stanza for slot in new] == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("seed", "lines", "told"),
    [
        (("abc",), 12, "+V1 C4 V4"),
        (("abcd",), 12, "C4 V4"),
        (("abcdef",), 12, "+C2 V4"),
        (("ab", ""), 12, "C4 V4 V2"),
        (("ab", "c"), 12, "+C3 V4 V2"),
        (("ab", "cde", "f"), 13, "+V3 c4"),
        (("abc",), 2, "+V1"),
        (("abcdef",), 4, "+C1"),
    ],
)
def test_the_stanzas_of_a_seed_stand(seed, lines, told):
    assert kinds(lines, typical(), Sung(tuple(map(tuple, seed)))) == told


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("lines", [1, 4, 9, 14, 26])
def test_lines_are_numbered_and_answered_as_the_scheme_asks(form, scheme, lines):
    song = slots(lines, form, scheme)
    assert [slot.number for slot in song] == list(range(lines))
    assert [slot.is_last for slot in song] == [False] * (lines - 1) + [True]
    asked = {earlier for slot in song for earlier in slot.answers}
    assert {slot.number for slot in song if slot.is_answered} == asked
    assert all(slot.answers == answers(scheme, slot.number) for slot in song)


def test_a_free_song_breaks_where_the_network_does_but_never_around_a_single_line():
    assert [slot.may_open_stanza for slot in slots(6, "free", "none")] == [False, False, True, True, True, False]
    assert not any(slot.opens_stanza for slot in slots(6, "free", "none"))
    assert stanzas(8, "free", "ABAB") == [4, 4]


def test_an_unknown_scheme_is_refused():
    with pytest.raises(KeyError):
        slots(4, "song", "ABAC")
