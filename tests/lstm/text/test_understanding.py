"""What a file is understood as: songs, sections, and what was removed; and what is left alone."""

import json

import pytest

from lstm.text.division import songs_in
from lstm.text.errors import CorpusError
from lstm.text.songs import StanzaKind
from lstm.text.understanding import Understood, understand, understand_text

VERSES = "\n\n".join(
    f"The first line of part {k}\nand the second line of it, {k} times" for k in ("one", "two", "three")
)


def kinds(understood: Understood) -> list[str]:
    return [str(stanza.kind) for song in understood.songs for stanza in song.stanzas]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("[Verse 1]", "verse"),
        ("[Verse 2: Ann & Ned]", "verse"),
        ("[Chorus x2]", "chorus"),
        ("[Hook - Ann]", "chorus"),
        ("(Chorus)", "chorus"),
        ("(Pre-Chorus)", "pre-chorus"),
        ("Chorus:", "chorus"),
        ("VERSE TWO", "verse"),
        ("Verse 2", "verse"),
        ("**Bridge**", "bridge"),
        ("*Chorus*", "chorus"),
        ("--- Chorus ---", "chorus"),
        ("[Refrain]", "chorus"),
        ("[Post-Chorus: Both]", "post-chorus"),
        ("[Outro]", "outro"),
        ("[Middle 8]", "bridge"),
        ("[Couplet 1]", "verse"),
        ("[Estribillo]", "chorus"),
        ("[Припев]", "chorus"),
        ("[Final Chorus]", "chorus"),
        ("{Chorus}", "chorus"),
        ("[Spoken Word]", "spoken"),
        ("Verse 2 (Ann):", "verse"),
        ("[Part II]", "verse"),
        ("[Chorus: Ann, Ned & The Others]", "chorus"),
        ("## Chorus", "chorus"),
    ],
)
def test_headers_are_data_and_not_sung(header, kind):
    understood = understand_text(f"First words of the song\nand some more\n\n{header}\nLa la here\nand la la there\n")
    assert "La la here" in understood.text
    assert header not in understood.text
    assert len(understood.songs[0].lines) == 4
    assert kinds(understood)[-1] == kind


@pytest.mark.parametrize(
    "line",
    [
        "Verse of my life",
        "Verse, chorus, verse, and nobody sings",
        "Chorus of angels",
        "Bridge over the river",
        "Hook, line, sinker",
        "Intro to nothing",
        "Part of me",
        "Solo again",
        "Break my heart",
        "Drop it",
        "Tag, you're it",
        "Coda for a friend",
        "(Yeah, yeah)",
        "(Drop it)",
        "(Stop)",
        "[laughing at the rain we danced all night]",
        "He said: come home",
        "Mama said: don't go",
        "99 problems and more",
        "1, 2, 3, let's go",
        "3 a.m. and I'm alone",
        "You might also like the rain",
        "See me live",
        "Embed it deep",
        "Title: none",
        "Written in water",
        "Copyright on my heart",
        "Am I alone",
        "A, B, C, D",
        "Em, call me",
        "Go",
        "X marks the spot",
        "I did it 2x",
        "I am no. 1",
        "7 / 11 / 24 hours a day",
        "https is a word I spell",
        "Less < more, I guess",
        "Rock & roll &c",
        "#1 in your heart",
        "Lyrics I forgot",
        "- and then the dash",
        "-- oh, the dashes --",
        "It was 4:20 at the station",
        "@ the corner of nowhere",
        "<3 you all",
        "Music by moonlight",
        "Words by the sea",
        "Produced in a basement with love",
        "Key of the kingdom",
        "Capo, my captain",
        "10. that's what he rated her",
        "Source of my sorrow",
        "WHY DON'T YOU LISTEN",
        "E-I-E-I-O",
        "La/la/la",
        "%50 off",
        "{sic}",
    ],
)
@pytest.mark.parametrize("place", ["first", "middle", "last", "own stanza"])
def test_lines_that_look_like_a_dress_are_sung(line, place):
    other = [
        "We walked along the water",
        "and never looked behind",
        "the lights were going under",
        "with nothing on our mind",
    ]
    stanzas = {
        "first": [[line, *other], other],
        "middle": [[*other[:2], line, *other[2:]], other],
        "last": [other, [*other, line]],
        "own stanza": [other, [line], other],
    }[place]
    song = "\n\n".join("\n".join(stanza) for stanza in stanzas)
    text = f"{VERSES}\n\n\n{song}\n\n\n{VERSES.replace('part', 'song')}"
    assert line in understand_text(text).songs[1].lines


def test_a_chorus_is_told_by_repetition():
    chorus = "Sing it loud and sing it low\nsing it everywhere you go\nsing it till the lights are out"
    text = f"One line of a verse\nand its end\n\n{chorus}\n\nAnother verse is here\nwith an end\n\n{chorus}, yeah"
    (song,) = understand_text(text).songs
    assert [stanza.kind for stanza in song.stanzas] == [
        StanzaKind.VERSE,
        StanzaKind.CHORUS,
        StanzaKind.VERSE,
        StanzaKind.CHORUS,
    ]


def test_a_chorus_that_is_only_named_is_sung_again():
    text = "[Verse 1]\nOne\ntwo\n\n[Chorus]\nSing it\nloud\n\n[Verse 2]\nThree\nfour\n\n[Chorus]\n\n[Outro]\nBye\nbye"
    understood = understand_text(text)
    assert kinds(understood) == ["verse", "chorus", "verse", "chorus", "outro"]
    assert understood.songs[0].stanzas[3].lines == ("Sing it", "loud")


def test_the_kinds_travel_beside_the_text():
    understood = understand_text(f"[Intro]\nOh\n\n[Verse]\nOne\ntwo\n\n[Bridge]\nThree\nfour\n\n\n{VERSES}")
    assert tuple(songs_in(understood.text, understood.kinds)) == understood.songs
    assert songs_in(understood.text, [["intro"]])[0].stanzas[0].kind == StanzaKind.VERSE  # of another text


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (
            "[00:12.00][00:40.00]Sing it\n[00:20.00]One\n[00:30.00]Two\n[00:50.00]Three\n",
            "Sing it|One|Two|Sing it|Three",
        ),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>One line\n\n00:03.000 --> 00:04.000\n<i>Two lines</i>\n",
            "One line|Two lines",
        ),
        (
            "1. One line\nand more\n\n2. Two lines\nand more\n\n3. Three lines\nand more",
            "One line|and more|Two lines|and more|Three lines|and more",
        ),
        (
            "artist,title,line,lyric\n" + "".join(f"A,{t},{k},Line {k} of song {t}\n" for t in "XY" for k in range(5)),
            "|".join(f"Line {k} of song {t}" for t in "XY" for k in range(5)),
        ),
        (
            "[12/11/23, 10:14:02 PM] Ann: one line\n" * 4 + "[12/11/23, 10:15:02 PM] Ned: <Media omitted>\n",
            "one line|one line|one line|one line",
        ),
        (
            "One line / two lines / three lines / four lines\nFive / six / seven / eight",
            "One line|two lines|three lines|four lines|Five|six|seven|eight",
        ),
        (
            "TITLE OF IT\n\nOne\ntwo\n\n\nANOTHER\n\nThree\nfour\n\n\nA THIRD\n\nFive\nsix",
            "One|two|Three|four|Five|six",
        ),
        (
            '{"songs": [{"lyrics": ["One line", "two lines"]}, {"lyrics": ["three lines", "four lines"]}]}',
            "One line|two lines|three lines|four lines",
        ),
        (
            "I LOVE THE RAIN, I'M STAYING HERE\nAND SO IT GOES. WHO KNOWS?\n" * 3,
            "I love the rain, I'm staying here|And so it goes. Who knows?|" * 3,
        ),
        (
            "".join(f"Am      G\nThe words of line {k}\n" for k in range(4)) + "Am   G/CaddCadd9\nThe last one\n",
            "The words of line 0|The words of line 1|The words of line 2|The words of line 3|The last one",
        ),
        ("The r\u0435in \u0430nd th\u0435 sea\nare here for m\u0435", "The rein and the sea|are here for me"),
    ],
    ids=[
        "LRC with several times",
        "VTT",
        "hymn",
        "a line per row",
        "WhatsApp",
        "slashes",
        "titles",
        "lists",
        "capitals",
        "chords over chords",
        "letters",
    ],
)
def test_other_dresses(data, lines):
    sung = [line for song in understand(data.encode()).songs for line in song.lines]
    assert sung == lines.strip("|").split("|")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"name": "x", "count": 3}', "no field with lyrics"),
        ('[{"lyrics": "one two three four"', "line 1 cannot be read"),
        ("[" * 100_000, "nested too deeply"),
        ("-----\n\n*****", "no lyrics"),
    ],
)
def test_what_holds_no_songs_is_refused(data, reason):
    with pytest.raises(CorpusError, match=reason):
        understand_text(data)


def test_the_sentence_says_what_was_understood():
    text = "".join(
        f"3 ContributorsSong Lyrics[Verse]\nLine {k} of this\nand {k} more{k}Embed\n\n\n" for k in range(1, 4)
    )
    understood = understand_text(text)
    assert understood.summary.sentence() == (
        "3 songs to learn from, 81 bytes after cleaning (recognised: Genius page, section headers;"
        " removed: page titles (3), 'Embed' marks (3), section headers (3)). With only 81 characters, expect songs that"
        " sound mostly like the base model. 20,000 make a usable artist, 50,000 a good one."
    )
    assert understood.first_lines == ["Line 1 of this", "and 1 more", "Line 2 of this", "and 2 more"]


@pytest.mark.parametrize("how", ["plain", "genius", "json", "lines"])
def test_of_a_long_text_whole_songs_are_read(how):
    songs = [f"The first line of song {k}\nand the second, {k} times" for k in range(3_000)]
    text = {
        "plain": "\n\n\n".join(songs),
        "genius": "\n\n".join(f"3 ContributorsSong {k} Lyrics[Verse]\n{song}{k}Embed" for k, song in enumerate(songs)),
        "json": "\n".join(json.dumps({"lyrics": song}) for song in songs),
        "lines": "\n".join(songs),
    }[how]
    understood = understand(text.encode(), 40_000)
    assert set(understood.text.replace("\n\n\n", "\n").split("\n")) <= set("\n".join(songs).split("\n"))
    assert 20_000 < len(understood.text) <= 40_000
    assert understood.left_out > 70_000
    if how != "lines":
        assert {song.text for song in understood.songs} <= set(songs)
    assert "KB left out" in understood.summary.sentence()
    assert understand(text.encode()).left_out == 0


def test_reading_what_was_read_changes_nothing():
    text = (
        "[Verse]\nOne line\nand two\n\n[Chorus]\nSing it\nnow\n\n\n[Verse]\nThree\nand four\n\n[Chorus]\nShout it\nnow"
    )
    once = understand_text(text).text
    assert understand_text(once).text == once


def test_a_title_above_headers_is_not_sung():
    song = "[Verse 1]\nOne line\nand two\n\n[Chorus]\nSing it\nnow\n\n[Verse 2]\nThree\nand four"
    for title in ("Paper Moon Lyrics\n", "Paper Moon\nby Ann Collier\n\n", "Paper Moon\n\n"):
        understood = understand_text(title + song)
        assert understood.text == "One line\nand two\n\nSing it\nnow\n\nThree\nand four"
        assert len(understood.songs) == 1
    assert understand_text(f"Oh yeah, come on\n\n{song}").songs[0].lines[0] == "Oh yeah, come on"


def test_songs_are_told_apart_by_their_first_verses():
    songs = [
        f"Paper {name}\nby Ann Collier\n\nVerse 1\nOne {name}\nand two\n\n"
        f"Chorus\nSing {name}\nnow\n\nVerse 2\nThree\nand {name}"
        for name in ("Moon", "Road", "Boat")
    ]
    understood = understand_text("\n\n".join(songs))
    assert [song.lines[0] for song in understood.songs] == ["One Moon", "One Road", "One Boat"]
    assert kinds(understood) == ["verse", "chorus", "verse"] * 3
