"""The shape of a song."""

import pytest

from lstm.rhyme.schemes import SCHEMES
from lstm.song.form import FORMS, slots
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


def test_two_lines_that_are_left_end_the_song_as_its_chorus_ends():
    assert [slot.repeats for slot in slots(14, "song", "none")[12:]] == [6, 7]
    assert [slot.repeats for slot in slots(6, "song", "none")[4:]] == [None, None]


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
