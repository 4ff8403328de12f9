"""Bad language, by a list of words that can be replaced; disguised words are found too."""

import re
import unicodedata
from importlib import resources
from itertools import groupby
from pathlib import Path

from lstm.text.confusables import without_ignorable

# What may stand for a letter, beside the letter; a * censors vowels.
_DISGUISES = {
    "a": "4@*", "b": "8", "e": "3*", "g": "9q", "i": "1!|*", "l": "1|", "o": "0*", "s": "5$", "t": "7+", "u": "v*",
}  # fmt: skip
# Cyrillic and Greek letters that look like Latin ones; what Unicode itself knows as a form of a letter NFKD undoes.
_LOOK_ALIKE = str.maketrans("аеорсухіјѕԁһкмтвнαερστυιονκø", "aeopcyxijsdhkmtbhaepotuiovko") | {0x0131: "i", 0x0142: "l"}
# Not "-" and "'", which join words: "dark-eyed", "who're". Where all letters are single, `_spelt_out` sees to them.
_BETWEEN_LETTERS = r"(?:[^\w\s'-]|_){0,2}"
_BETWEEN_WORDS = r"[\W_]*"
_WORD_START, _WORD_END = r"(?<![^\W_])", r"(?![^\W_])"
_LEAST_SPELT_OUT = 3


class LanguageFilter:
    """Finds entries of a word list in texts. Whole words only: no entry is found within a longer word."""

    def __init__(self, entries: list[str]) -> None:
        """``entries`` as in the word list, without comments.

        Raises:
            ValueError: an entry is not of letters, with spaces between its words and perhaps a * at its end.
        """
        for entry in entries:
            if not all(word.isalpha() for word in (entry.removesuffix("*").split() or [""])):
                raise ValueError(f"not an entry of a word list: {entry!r}")
        by_first: dict[str, list[str]] = {}
        for entry in entries:
            plain = _plain(entry)
            by_first.setdefault(plain[0], []).append(_pattern(plain))
        # A word's first letter rules out most entries: twice as fast as trying each.
        choices = [f"(?={_letter(first)})(?:{'|'.join(patterns)})" for first, patterns in by_first.items()]
        self._pattern = re.compile(f"{_WORD_START}(?:{'|'.join(choices)})") if choices else None

    @classmethod
    def load(cls, path: Path | None = None) -> "LanguageFilter":
        """The filter of a word list, by default of the one that comes with the package.

        Raises:
            OSError: the file cannot be read.
            ValueError: a line of it is no entry, or it is not in UTF-8.
        """
        source = path or resources.files("lstm") / "data" / "language_filter.txt"
        lines = (line.partition("#")[0].strip() for line in source.read_text(encoding="utf-8").splitlines())
        return cls([line for line in lines if line])

    def matches(self, text: str) -> bool:
        """Whether the text holds an entry, as it is or in one of the usual disguises."""
        if self._pattern is None:
            return False
        plain = _plain(text)
        return self._pattern.search(plain) is not None or any(map(self._pattern.search, _spelt_out(plain)))


def _plain(text: str) -> str:
    """Text in lower case without accents, hidden characters and letters of other alphabets that look Latin."""
    decomposed = unicodedata.normalize("NFKD", without_ignorable(text)).casefold()
    return "".join([c for c in decomposed if not unicodedata.combining(c)]).translate(_LOOK_ALIKE)


def _spelt_out(text: str) -> list[str]:
    """What is spelt letter by letter: "so f u c k" and "f-u-c-k" have "fuck". Longer pieces, "as she", are words."""
    pieces = [piece.strip('.,;:_"') for piece in re.split(r"[\s'-]+", text)]
    found = []
    for is_letter, run in groupby(pieces, key=lambda piece: len(piece) == 1):
        letters = list(run) if is_letter else []
        # The first ones may be words of one letter: "a", "I", "O".
        found += ["".join(letters[k:]) for k in range(len(letters) - _LEAST_SPELT_OUT + 1)]
    return found


def _pattern(entry: str) -> str:
    """A regular expression for an entry; a letter may be repeated, but not fall short of its number in the entry."""
    words = []
    for word in entry.removesuffix("*").split():
        runs = [_BETWEEN_LETTERS.join([_letter(letter)] * len(list(run))) + "+" for letter, run in groupby(word)]
        words.append(_BETWEEN_LETTERS.join(runs))
    return _BETWEEN_WORDS.join(words) + ("" if entry.endswith("*") else _WORD_END)


def _letter(letter: str) -> str:
    return f"[{re.escape(letter + _DISGUISES.get(letter, ''))}]"
