"""How a word of any language sounds from its last stressed syllable on, as far as its spelling shows.

- Alphabets with vowels (Latin, Cyrillic, Greek): the last group of vowels and what follows it. If that is unstressed in
  most languages (a single bare vowel, or e before one or two of l, m, n, r, s, t), also the group before; an accent on
  the vowel (città, canción, θεός) marks it as stressed. Different spellings of one sound are unified where that does
  little harm in any language: doubled consonants, ß, silent h, ck, dt, ai and ei, ä and e; я and а; hard final
  consonants.
- Korean: vowel and final consonants of the last syllable.
- Scripts written without spaces (Chinese, Japanese): the last character; more would need a dictionary.
- Other scripts (Hebrew, Arabic, the scripts of India): the last two characters.
"""

import re
import unicodedata

from lstm.rhyme.pronunciation import Sound
from lstm.text.words import is_unspaced

_VOWELS = "aeiouyäöüåæœøıαεηιουωаеиоуіїєў"
_LETTERS = str.maketrans(
    {"ё": "о", "я": "а", "ю": "у", "э": "е", "ы": "и", "ъ": "", "ς": "σ", "ä": "e", "æ": "e", "ß": "ss"}
)
_LEVELLED = tuple(
    (re.compile(pattern), now)
    for pattern, now in (
        (r"[ae][iy]", "ei"), (r"[äe]u", "eu"), (r"ph", "f"), (r"th", "t"), (r"ck", "k"), (r"tz", "z"), (r"dt\b", "t"),
        (rf"(?<=[{_VOWELS}])h(?![{_VOWELS}])", ""), (r"ого\b", "ово"), (r"его\b", "ево"), (r"([^\W\d_])\1", r"\1"),
    )
)  # fmt: skip
_HARD = str.maketrans("bdgvбвгджз", "ptkfпфктшс")
_KEPT = frozenset("äöüåйїў")
_GROUP = re.compile(rf"(?:(?<!q)u|[{_VOWELS.replace('u', '')}])[{_VOWELS}]*")
_UNSTRESSED = re.compile(rf"(?:[{_VOWELS}]|e[lmnrst]{{1,2}})$")
_ACCENTS = re.compile("[\u0300-\u0302]")
_HANGUL, _FINALS_AND_VOWELS = range(0xAC00, 0xD7A4), 588


def spelt_sound(word: str) -> Sound:
    """The sound of a lower-case word, as spelt; its tail is "" if there are no letters. A "~" marks such tails.

    The onset is everything before the tail, since most languages accept a rhyme whose onsets are the same too (maison,
    saison), as long as the words differ.
    """
    word = unicodedata.normalize("NFC", word)
    letters = "".join(c for c in word if unicodedata.category(c)[0] in "LM")
    if not letters:
        return Sound("", "")
    last = letters[-1]
    if ord(last) in _HANGUL:
        lead, rest = divmod(ord(last) - _HANGUL.start, _FINALS_AND_VOWELS)
        return Sound(f"{letters[:-1]}{lead}", f"~{rest}")
    if is_unspaced(last):
        return Sound(letters[:-1], f"~{last}")
    return _by_vowels(letters) or Sound(letters[:-2], f"~{letters[-2:]}")


def _by_vowels(word: str) -> Sound | None:
    plain, stress = _plain(word)
    groups = [match.start() for match in _GROUP.finditer(plain)]
    if not groups:
        return None
    start = groups[-1]
    if stress is not None:
        start = stress
    elif len(groups) > 1 and _UNSTRESSED.fullmatch(plain, start):
        start = groups[-2]
    tail = plain[start:]
    return Sound(plain[:start], f"~{tail[:-1]}{tail[-1].translate(_HARD)}")


def _plain(word: str) -> tuple[str, int | None]:
    """A word with one spelling per sound and no accents, and the place of its last accented vowel, if any.

    Only an accent on the last syllable counts; in Greek, which marks the stress of every word, one on any syllable.
    """
    marked = ""
    for letter in word.translate(_LETTERS):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        kept = letter if letter in _KEPT else base
        marked += kept + ("'" if kept in _VOWELS and _ACCENTS.search("".join(marks)) else "")
    for pattern, now in _LEVELLED:
        marked = pattern.sub(now, marked)
    place = marked.rfind("'")
    plain = marked.replace("'", "")
    if place < 0:
        return plain, None
    stress = place - marked.count("'", 0, place) - 1
    later = any(letter in _VOWELS for letter in re.sub(f"^[{_VOWELS}]+", "", plain[stress:]))
    return plain, stress if not later or "α" <= plain[stress] <= "ω" else None
