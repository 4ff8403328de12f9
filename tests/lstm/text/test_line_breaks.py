"""Songs that stand in one line each get their line ends back."""

import tracemalloc

import pytest

from lstm.text import line_breaks
from lstm.text.cleaning import clean
from lstm.text.line_breaks import with_line_ends
from lstm.text.understanding import understand_text
from tests.corpora import verse

BALLAD = """
The rain came down on Market Street
And ran along the wall
I had no coat, I had no hat
I had no plans at all

And Tom came by on Friday night
He had a paper bag
I said hello, he said hello
And raised a paper flag

I never knew what he would say
I never asked him twice
I put the kettle on for two
He said that it was nice

The kitchen light was warm and low
The rain was at the door
And no one said a word of home
I didn't ask for more
"""
SENTENCES = """
I woke up late on Monday.
The clock said ten to eight.
I ran to catch the early bus,
but I was much too late.

A woman stood there waiting.
She had run to catch it too.
She laughed and said, "Good morning.
Now what are we to do?"

We missed the bus together,
so we sat and talked a while.
I lost ten minutes of my day,
but I got to see her smile.

She told me that her name was Ann.
She worked with kids all day.
She said she'd never run so fast
and missed the bus that way.
"""


def lines_of(song):
    return [line for line in song.split("\n") if line]


def recovered(songs):
    """The share of the lines that come back."""
    found = with_line_ends([" ".join(song) for song in songs])
    together = sum(line in lines for song, lines in zip(songs, found, strict=True) for line in song)
    return together / sum(map(len, songs))


def test_one_song_comes_back_whole():
    assert with_line_ends([" ".join(lines_of(BALLAD))]) == [lines_of(BALLAD)]


def test_verse_that_only_begins_sentences_with_capitals_comes_back():
    assert recovered([lines_of(SENTENCES)]) >= 0.85


def test_so_do_stanzas_that_stand_in_one_line_each():
    """The capital that a stanza begins with says nothing of the lines in it."""
    assert recovered([lines_of(stanza) for stanza in SENTENCES.split("\n\n")] * 3) >= 0.85


@pytest.mark.parametrize(("name", "share"), [("burns", 0.97), ("cowboy", 0.94), ("dickinson", 0.96)])
def test_verse_comes_back(name, share):
    text = clean(verse(name))
    assert recovered([lines_of(song) for song in text.split("\n\n\n")]) >= share


def test_a_sentence_of_prose_is_a_line():
    sentences = [
        "In the heat of the afternoon the house of Mr. Bell was very quiet, and nobody was in the garden.",
        "There was a murmur of bees in the borders, and a cooing of pigeons from the tops of the old elms.",
        "Where was everybody?",
        "It was the hour when even those whose business it is to attend to others have a moment for themselves.",
    ]
    assert with_line_ends([" ".join(sentences)]) == [sentences]


def test_what_has_no_capitals_stays_whole():
    song = "雨 が 降る " * 60
    assert with_line_ends([song.strip()]) == [[song.strip()]]


def test_nothing_is_lost():
    song = 'One (two) -- 3 4, "Five," six? I\'m seven! ' * 30
    found = with_line_ends([song])
    assert " ".join(found[0]).split() == song.split()


def test_the_dress_is_taken_off():
    songs = [lines_of(BALLAD), lines_of(BALLAD)[::-1]]
    understood = understand_text("\n".join(map(" ".join, songs)))
    assert understood.dresses == ("song per line",)
    assert [song.lines for song in understood.songs] == songs
    assert understood.removed["lost line ends"] == sum(len(song) - 1 for song in songs)


@pytest.mark.parametrize("count", [1, 50])
def test_it_takes_little_memory_whether_a_text_is_one_song_or_many(monkeypatch, count):
    """When all words were looked at together, 8 MB of songs took 800 MB."""
    monkeypatch.setattr(line_breaks, "MOST_LEARNED", 500)
    monkeypatch.setattr(line_breaks, "LONGEST_SONG", 500)
    song = " ".join(lines_of(BALLAD) * (100 // count))
    songs = [f"{song} {number}" for number in range(count)]
    with_line_ends(songs[:1])  # what stays in memory
    tracemalloc.start()
    try:
        found = with_line_ends(songs)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [" ".join(lines) for lines in found] == songs
    assert peak < 40 * sum(map(len, songs))
