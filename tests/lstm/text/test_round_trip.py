"""Any songs, dressed by any of the dressings and pairs of them, come back as the same songs."""

import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lstm.text.understanding import Understood, understand
from tests.lstm.text.dressings import BODIES, FILES, NONSENSE, Song

WORDS = (
    "river moon engine letter window coffee winter mother highway radio silver morning paper shadow garden bottle"
    " station ticket thunder pocket hollow ladder marble kitchen velvet signal harbour blanket copper feather lantern"
    " walking singing holding falling burning waiting turning driving calling dancing the a my your and but with from"
    " under over into after before never always maybe tonight again alone together softly slowly"
).split()
REAL_LINES = (
    "Verse of my life, and I wrote it in pencil",
    "Bridge over the river and nobody on it",
    "Chorus of angels all over the town",
    "Hook, line and sinker, I fell for it all",
    "Intro to nothing, the end of the start",
    "Part of me stayed when the rest of me left",
    "99 reasons and none of them good",
    "10 little ships on a paper sea",
    "1, 2, 3, and the band comes in",
    "2 in the morning and no one's awake",
    "It's 4:20 on the clock by the door",
    "He said: come home before it gets dark",
    "Mama said: don't you go out with that boy",
    'I said "no" -- and then you said "go"',
    "(Yeah, yeah)",
    "(Whoa-oh-oh)",
    "Hey (hey), hey (hey), what do you say",
    "A, B, C, it was easy for you",
    "Am I alone in the back of the car",
    "Embed it in concrete, I'd dig it back up",
    "You might also like how the rain sounds here",
    "See me live on the corner of Third",
    "Lyrics I learned by heart in the rain",
    "X marks the spot on the back of my hand",
    "E is for every time that you lied",
    "I came back with 2x the heart",
    "Stop! In the middle of everything",
    "Written in water, and gone by the noon",
    "Copyright on your heart, and I paid for it",
    "Rock & roll is a thing that I do & I will",
    "Less < more, they told us in school",
    "Title: none, and the pages are blank",
    "Key of the city and nowhere to go",
    "Music by moonlight, and words by the sea",
    "Oh",
    "I-I-I can't let go of the rope",
    "I never said that, she said with a laugh",
    "My number is five, five, five, oh one",
    "Em, won't you call me, it's late and I'm cold",
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(REAL_LINES))
    words = draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=8))
    line = " ".join(words).capitalize()
    return line + draw(st.sampled_from(["", "", "", ",", ".", "!", "?", ", oh", " (yeah)", " (uh-huh, yeah)"]))


@st.composite
def collections(draw: st.DrawFn) -> list[Song]:
    stanza = st.lists(lines(), min_size=2, max_size=5).filter(lambda s: len("".join(s)) > 30)
    songs = draw(st.lists(st.lists(stanza, min_size=2, max_size=4), min_size=4, max_size=7))
    seen = set[str]()
    for number, song in enumerate(songs):
        # No two songs are the same, and they do not begin with what only recurring titles and credits look like.
        song[0][0] = f"{WORDS[number].capitalize()} and a {song[0][0].lower()}"
        for stanza in (song[0], song[-1]):
            stanza[:] = [_as_no_other(line, seen, number) for line in stanza]
    return songs


def _as_no_other(line: str, seen: set[str], number: int) -> str:
    """A line that neither begins nor ends as one that was seen at the edge of a song."""
    if seen & {line[:9], line[-9:]}:
        line = f"{WORDS[number].capitalize()} {line} {WORDS[len(seen) % 30]} {WORDS[number + 20]}"
    seen |= {line[:9], line[-9:]}
    return line


def songs_in(understood: Understood) -> list[Song]:
    return [[list(stanza.lines) for stanza in song.stanzas] for song in understood.songs]


PAIRS = [(body, file) for body in BODIES for file in FILES if (body, file) not in NONSENSE]


@pytest.mark.parametrize("file", FILES)
@settings(
    max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)  # shrinking takes minutes
@given(data=st.data(), songs=collections(), seed=st.integers(0, 2**32))
def test_dressed_songs_come_back(file, data, songs, seed):
    body = data.draw(st.sampled_from([body for body in BODIES if (body, file) in PAIRS]))
    rng = random.Random(seed)
    dressed = FILES[file]([BODIES[body](song, rng) for song in songs], rng)
    understood = understand(dressed.encode())
    assert songs_in(understood) == songs, (body, understood.dresses, understood.removed, dressed)
