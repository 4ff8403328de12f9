"""Songs that are written in capitals throughout."""

import re
from itertools import chain

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed
from lstm.text.letter_case import LetterCase, english, knows_language_of, stem
from lstm.text.sentences import Sentences, Words
from lstm.text.words import words_of

_LEAST_SHARE = 0.9
_FEWEST_LETTERS = 80
_ABBREVIATIONS = frozenset(
    """
    abc atm bbc bbq bmw cd cds cia dj djs dvd dvds fbi fm gps hbo lp mc mtv nba nfl nyc pc ps tv tvs uk ufo usa vhs vip
    """.split()
)
_PREFIX = re.compile(r"^(mc|o')(?!er|all)(?=[^\W\d_]{3})")
_SMALL_LETTERS = frozenset("ao")
"""Letters that are words; others alone are names of letters, grades, notes."""


def take_off(text: str) -> Undressed | None:
    """Small letters but for lines, sentences, "I" and names; which words are names is `LetterCase`'s judgement."""
    capitals = sum(map(str.isupper, text))
    small = sum(map(str.islower, text))
    if capitals < _FEWEST_LETTERS or capitals < _LEAST_SHARE * (capitals + small):
        return None
    lines = text.split("\n")
    case = english() if knows_language_of(chain.from_iterable(map(words_of, lines))) else None
    sentences = Sentences()
    result: list[str] = []
    for line in lines:
        if line[:1] in boundaries.ALL or not line:
            sentences = Sentences()
            result.append(line)
        else:
            result.append(_true_case(line, sentences, case))
    return Undressed("\n".join(result), {"lines in capitals": sum(map(bool, lines))})


def _true_case(text: str, sentences: Sentences, case: LetterCase | None) -> str:
    """A line in ordinary case."""
    line = Words.of(text)
    after_capital = False
    parts: list[str] = []
    for k, begins in enumerate(sentences.begin_at(line)):
        word, sign = line.words[k], line.signs[k]
        root = stem(word)
        is_letter = len(root) == 1 and root not in _SMALL_LETTERS and sign[-1:] not in ("'", ".")
        is_name = not begins and (
            is_letter or (case is not None and case.odds(line, k, after_capital=after_capital) > 0)
        )
        if root in _ABBREVIATIONS:
            word = root.upper() + word[len(root) :]
        elif begins or is_name:
            word = _with_capital(word)
        after_capital = is_name
        parts += [sign, word]
    return "".join(parts) + line.signs[-1]


def _with_capital(word: str) -> str:
    """A word with a capital, two in "O'Brien" and "McKay"."""
    return "".join(part[0].upper() + part[1:] for part in _PREFIX.split(word) if part)
