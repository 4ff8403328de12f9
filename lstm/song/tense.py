"""Which tense the words of a line are in, as far as they show it without a parser."""

from collections.abc import Iterable
from enum import Enum


class Tense(Enum):
    """What a verb's form says of the time."""

    PAST = "past"
    PRESENT = "present"


_PRESENT = frozenset(
    "am is are i'm you're we're they're it's he's she's that's there's here's what's who's isn't aren't ain't "
    "do does don't doesn't has hasn't haven't i've you've we've they've can can't cannot will won't i'll "
    "you'll he'll she'll we'll they'll it'll says goes comes takes makes knows wants gives keeps tells looks "
    "stands sits sings gonna".split()
)
_PAST = frozenset(
    "was were wasn't weren't had hadn't did didn't couldn't wouldn't said went came took made knew gave kept "
    "told stood sat sang saw thought heard found left felt got brought bought caught held lost met paid ran "
    "rang rose sent slept spoke swam taught threw woke wore won wrote became began blew broke built drank drew "
    "drove ate fell fought flew forgot grew hid hung laid led lay meant rode shook shone shot sank spent stole "
    "stuck swore tore".split()
)
_TOO_SHORT = 5
"""Letters of the shortest regular past form: shorter words on -ed ("bed", "need") are mostly others."""
_NOT_PAST = frozenset(
    "hundred kindred indeed sacred naked wicked rugged ragged crooked beloved exceed proceed succeed speed breed bleed "
    "greed freed creed steed agreed seaweed".split()
)


def tenses_of(words: Iterable[str]) -> frozenset[Tense]:
    """The tenses that the words of a line, as `lstm.text.words.words_of` gives them, show."""
    found = set()
    for word in words:
        if word in _PRESENT:
            found.add(Tense.PRESENT)
        elif word in _PAST or (word.endswith("ed") and len(word) >= _TOO_SHORT and word not in _NOT_PAST):
            found.add(Tense.PAST)
    return frozenset(found)


def tense_of(lines: Iterable[Iterable[str]]) -> Tense | None:
    """The tense that most of some lines keep; None where they show none, or both alike.

    A line in both is told in one and quotes another: it counts for neither.
    """
    shown = [found for words in lines if len(found := tenses_of(words)) == 1]
    past = sum(Tense.PAST in found for found in shown)
    if 2 * past == len(shown):
        return None
    return Tense.PAST if 2 * past > len(shown) else Tense.PRESENT
