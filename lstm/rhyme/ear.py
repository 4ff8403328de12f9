"""Which words rhyme.

Two words rhyme if they sound the same from the vowel of their last stressed syllable on, and that syllable begins
differently: "light" and "night", but not "light" and "delight", "there" and "their", or a word and itself. If a word
has several pronunciations, any of them will do. English words sound as the dictionary says, or as the rules of
`lstm.rhyme.english` derive from it; so "love" and "move" do not rhyme. All other words sound as they are spelt
(`lstm.rhyme.spelling`).
"""

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import islice

from lstm.rhyme.english import English
from lstm.rhyme.pronunciation import Sound
from lstm.rhyme.spelling import spelt_sound

_ENGLISH_SHARE = 0.65
"""A vocabulary is English if at least this share of it is known. In each of 57 English corpora 0.74 to 0.99 is; German,
French and Spanish poems, with many words that are also English names, reach 0.43 to 0.58."""
_ENOUGH_WORDS = 500
MOST_RHYMING_WORDS = 20_000
"""Of an artist: as many as the largest of 57 corpora has, and in 1 MB."""
_REMEMBERED = 8192
_ENGLISH_LETTERS = re.compile("[a-z'è-]*[a-zè][a-z'è-]*")


class Rhymes:
    """Decides whether words rhyme."""

    def __init__(self, *, english: bool = True) -> None:
        """``english``: False if words in Latin letters are of another language, and sound as they are spelt."""
        self._english = English() if english else None
        self._heard: dict[str, tuple[Sound, ...]] = {}

    @classmethod
    def of(cls, words: Iterable[str]) -> "Rhymes":
        """Rhymes for a vocabulary, English if most of its words are."""
        return cls.shared(english=is_english(words))

    @classmethod
    @cache
    def shared(cls, *, english: bool) -> "Rhymes":
        """The ear that all artists of a language share, and its cache."""
        return cls(english=english)

    @property
    def is_english(self) -> bool:
        """Whether words in Latin letters are taken for English ones."""
        return self._english is not None

    def sounds(self, word: str) -> tuple[Sound, ...]:
        """The pronunciations of a word, () if it has no letters; cached."""
        sounds = self._heard.get(word)
        if sounds is None:
            if len(self._heard) >= _REMEMBERED:
                self._heard.clear()
            sounds = self._heard[word] = self._listen(word)
        return sounds

    def rhymes(self, a: str, b: str) -> bool:
        """Whether two words rhyme; symmetric, and never true of a word and itself."""
        onsets, others = _onsets(self.sounds(a)), _onsets(self.sounds(b))
        return any(onsets[tail].isdisjoint(others[tail]) for tail in onsets.keys() & others.keys())

    def _listen(self, word: str) -> tuple[Sound, ...]:
        word = _folded(word)
        plain = _without_accents(word)
        if self._english and _ENGLISH_LETTERS.fullmatch(plain) and (sounds := self._english.sounds(plain)):
            return sounds
        sound = spelt_sound(word)
        return (sound,) if sound.tail else ()


def is_english(words: Iterable[str]) -> bool:
    """Whether most words of a vocabulary, in any case, are English ones."""
    distinct = sorted({_folded(word) for word in words})
    sample = distinct[:: max(1, len(distinct) // _ENOUGH_WORDS)]
    english = English()
    known = sum(english.known(word) for word in sample if _ENGLISH_LETTERS.fullmatch(word))
    return known >= _ENGLISH_SHARE * len(sample)


class RhymeIndex:
    """A vocabulary indexed by sound: finds the rhymes of a word in about 10 µs, once its pronunciation is known."""

    def __init__(self, rhymes: Rhymes, members: dict[str, str]) -> None:
        """As `of` makes it.

        Args:
            rhymes: the ear for these words.
            members: by tail, the words that have it, in their order, each after a tab: the word, a space, and the
                onsets that it has with this tail, with commas in between.
        """
        self.rhymes = rhymes
        self._members = members

    @classmethod
    def of(cls, words: Iterable[str], rhymes: Rhymes | None = None) -> "RhymeIndex":
        """Index words; of more than `MOST_RHYMING_WORDS`, the first ones.

        Takes about 30 µs per word, to look up its sounds. ``rhymes``: by default the ear for these words.
        """
        words = tuple(islice(dict.fromkeys(words), MOST_RHYMING_WORDS))
        rhymes = rhymes or Rhymes.of(words)
        members: dict[str, list[str]] = {}
        for word in words:
            for tail, onsets in _onsets(rhymes.sounds(word)).items():
                members.setdefault(tail, []).append(f"\t{word} {','.join(sorted(onsets))}")
        return cls(rhymes, {tail: "".join(words) for tail, words in members.items()})

    @classmethod
    def from_text(cls, text: str, *, english: bool) -> "RhymeIndex":
        """The index that `to_text` wrote; nothing is computed per word.

        Raises:
            ValueError: it is not of that form.
        """
        lines = [line.partition("\t") for line in text.split("\n")] if text else []
        if any(not tab or members.count("\t") + 1 != members.count(" ") for _, tab, members in lines):
            raise ValueError("an index of rhymes has words without sounds")
        return cls(Rhymes.shared(english=english), {tail: f"\t{members}" for tail, _, members in lines})

    def to_text(self) -> str:
        """One line per tail: the tail, then its members as the constructor takes them."""
        return "\n".join(tail + members for tail, members in self._members.items())

    @property
    def nbytes(self) -> int:
        """Bytes in memory, without those of the ear, which artists share."""
        strings = [*self._members, *self._members.values()]
        return sys.getsizeof(self._members) + sum(map(sys.getsizeof, strings))

    def rhyming_with(self, word: str) -> tuple[str, ...]:
        """The words of the vocabulary that rhyme with a word, which need not be one of them."""
        return tuple(
            dict.fromkeys(
                other
                for tail, onsets in _onsets(self.rhymes.sounds(word)).items()
                for other, _, others in (member.partition(" ") for member in self._members_of(tail))
                if onsets.isdisjoint(others.split(","))
            )
        )

    def _members_of(self, tail: str) -> list[str]:
        return self._members.get(tail, "").split("\t")[1:]


def _onsets(sounds: tuple[Sound, ...]) -> dict[str, set[str]]:
    """Tail -> the onsets that a word has with it."""
    result: dict[str, set[str]] = {}
    for onset, tail in sounds:
        result.setdefault(tail, set()).add(onset)
    return result


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word.replace("\u2019", "'")).lower()


def _without_accents(word: str) -> str:
    """A word as English spells it: "café" without its accent, but "blessèd" with it, where it is pronounced."""
    if word.isascii():
        return word
    stem = word.removesuffix("èd")
    plain = "".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c))
    return plain + word[len(stem) :]
