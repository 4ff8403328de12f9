"""The words of a song as it is sung: what of each could show that a line begins or ends there."""

import math
import re

from lstm.text.letter_case import LetterCase, stem
from lstm.text.sentences import Sentences, Words

SIGNS = ("", ",", ".!?", ";:-")
"""Kinds of signs behind a word."""
_VOWELS = re.compile(r"[aeiouy\u00e0-\u00f6\u00f8-\u00ff\u0430\u0435\u0438\u043e\u0443\u044b\u044d\u044e\u044f\u0451]+")
_SILENT = re.compile(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyszxcgh]es$")
_RHYMING = re.compile(r"[aeiouy]+[^aeiouy]*$")
_SILENT_E = re.compile(r"(?<=[aeiouy][^aeiouy])e$|(?<=[aeiouy][^aeiouy]{2})e$")
_SAME_SOUND = (
    ("igh", "i"), ("gh", ""), ("ea", "ee"), ("ai", "ay"), ("ey", "ay"), ("ow", "o"), ("oa", "o"), ("ie", "y"),
    ("ck", "k"), ("ll", "l"), ("ss", "s"), ("oor", "or"), ("ou", "u"), ("ew", "u"), ("oo", "u"),
)  # fmt: skip
_LONGEST_END = 20
LEAST_INSIDE, MOST_INSIDE = 0.0005, 0.98


class SungWords:
    """The words of a song between its spaces, with their signs; lists are by word."""

    def __init__(self, song: str, case: LetterCase | None) -> None:
        """Read a song that stands in one line, with the model of its language's capitals if there is one."""
        tokens = song.split()
        line = Words.of(" ".join(tokens))
        begins = Sentences().begin_at(line)
        self.tokens = tokens
        self.words = [""] * len(tokens)
        """In small letters, without signs and "'s"."""
        self.capitals: list[bool | None] = [None] * len(tokens)
        """Whether they begin with a capital; None without letters that have two cases."""
        self.begins = [False] * len(tokens)
        """Whether a sentence or a speech begins with them."""
        self.is_pronoun = [False] * len(tokens)
        """Whether they are "I", which has a capital everywhere."""
        self.inside = [0.0] * len(tokens)
        """Of capitals, the probability that the word has one inside a sentence, as "I" and names do."""
        self.syllables = [0]
        """How many are in front of each word, and in all."""
        self.small_words: list[str] = []
        """The words written small."""
        place = 0
        for k, token in enumerate(tokens):
            letters = Words.of(token).words
            self.syllables.append(self.syllables[-1] + max(1, sum(map(_syllables, letters))))
            if letters:
                self._read_case(k, line, place, begins[place], case)
            place += len(letters)
        self.signs = [_kind_of_sign(token) for token in tokens]
        """The kind of `SIGNS` behind each word."""
        self.written = [re.sub(r"[^\w',]", "", token.lower()) for token in tokens]
        """In small letters, with a comma if one follows."""
        self.rhymes = [_rhyming_end(token) for token in tokens]
        """What rhymes of them, as it is spelt."""

    def _read_case(self, k: int, line: Words, place: int, begins: bool, case: LetterCase | None) -> None:
        word = line.words[place]
        first = next(filter(str.isalnum, self.tokens[k]))
        self.words[k] = stem(word)
        self.capitals[k] = first.isupper() if first.isupper() or first.islower() else None
        self.begins[k] = begins and k > 0
        self.is_pronoun[k] = self.words[k] == "i"
        if self.capitals[k] is False:
            self.small_words.append(self.words[k])
        elif self.is_pronoun[k]:
            self.inside[k] = 1.0
        elif self.capitals[k] and not begins:
            odds = case.odds(line, place, after_capital=False) if case else math.inf
            self.inside[k] = min(MOST_INSIDE, max(LEAST_INSIDE, 1 / (1 + math.exp(-odds))))

    def __len__(self) -> int:
        return len(self.tokens)


def _syllables(word: str) -> int:
    vowels = len(_VOWELS.findall(word))
    return max(1, vowels - (vowels > 1 and _SILENT.search(word) is not None))


def _kind_of_sign(token: str) -> int:
    last = token.rstrip("\"')")[-1:]
    if not last or last.isalnum():
        return 0
    return 1 if last == "," else 2 if last in ".!?" else 3


def _rhyming_end(token: str) -> str:
    """The last vowels of a word and what follows, with spellings of the same sound made one."""
    word = re.sub(r"[^\w]", "", token[-_LONGEST_END:].lower())
    found = _RHYMING.search(_SILENT_E.sub("", word))
    if found is None:
        return word[-3:]
    end = found.group()
    for spelling, sound in _SAME_SOUND:
        end = end.replace(spelling, sound)
    return end
