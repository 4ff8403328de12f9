"""How an artist's songs are built, from the kinds of their stanzas."""

import pytest

from lstm.song.style import Style
from lstm.song.typical_form import TypicalForm, typical_form
from lstm.text.songs import Song, Stanza, StanzaKind
from lstm.text.understanding import understand_text


def song(form, lines=4):
    """A song whose stanzas have kinds by their letters: "vcvcb"."""
    kinds = {"v": StanzaKind.VERSE, "c": StanzaKind.CHORUS, "b": StanzaKind.BRIDGE, "o": StanzaKind.OUTRO}
    return Song(tuple(Stanza(kinds[letter], tuple(f"{letter} {k}" for k in range(lines))) for letter in form))


def test_of_no_songs_nothing_is_known():
    assert typical_form([]) == typical_form([song("v")]) == TypicalForm()
    assert TypicalForm().songs == 0


def test_the_share_of_songs_with_a_bridge():
    form = typical_form([song("vcvc"), song("vcvcbc"), song("vcv"), song("vvv"), song("v")])
    assert (form.songs, form.bridge_share) == (4, 0.25)


def test_lines_of_the_typical_verse_and_chorus():
    def mixed(verse, chorus):
        return Song(song("v", verse).stanzas + song("c", chorus).stanzas)

    form = typical_form([mixed(8, 6), mixed(8, 6), mixed(4, 6), mixed(40, 2)])
    assert (form.verse_lines, form.chorus_lines) == (8, 6)


def test_without_a_chorus_its_lines_are_those_of_a_verse():
    form = typical_form([song("vv", 6)])
    assert (form.verse_lines, form.chorus_lines) == (6, 6)


def test_it_travels_in_the_style():
    text = (
        "[Verse 1]\nOne line\nand two\nand three\n\n[Chorus]\nSing it\nnow\n\n[Verse 2]\nThree\nand four\nand five\n\n"
        "[Chorus]\n\n[Bridge]\nAnother\nthing\n\n[Chorus]"
    )
    understood = understand_text(text)
    style = Style.of(understood.text, understood.kinds)
    assert style.typical_form == TypicalForm(songs=1, verse_lines=3, chorus_lines=2, bridge_share=1.0)
    assert Style.from_json(style.to_json()).typical_form == style.typical_form
    # Without the headers a chorus is known by its return, and a bridge is a verse.
    alone = Style.of(understood.text).typical_form
    assert (alone.chorus_lines, alone.bridge_share) == (2, 0.0)


@pytest.mark.parametrize(
    "data",
    [
        None, 7, {}, {"songs": 3}, TypicalForm(songs=3).to_json() | {"verse_lines": 0},
        TypicalForm().to_json() | {"verse_lines": 4.5}, TypicalForm().to_json() | {"chorus_lines": 10**9},
        TypicalForm().to_json() | {"bridge_share": float("nan")}, TypicalForm().to_json() | {"songs": -1},
        TypicalForm().to_json() | {"songs": True}, TypicalForm().to_json() | {"bridge_share": "1"},
    ],
)  # fmt: skip
def test_what_is_no_form_is_taken_for_an_unknown_one(data):
    assert TypicalForm.from_json(data) == TypicalForm()


def test_an_artist_that_was_stored_without_a_form_still_sings():
    stored = Style.of("One line\nand two\n\n\nThree\nand four").to_json()
    del stored["form"]
    assert Style.from_json(stored).typical_form == TypicalForm()
