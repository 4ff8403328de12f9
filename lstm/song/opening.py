"""How a song opens: what a user typed, what the network reads of it, and where the song continues."""

import re
import unicodedata
from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import chain

from lstm.text.seed import clean_seed
from lstm.text.vocabulary import Vocabulary
from lstm.text.words import is_unspaced, last_word, words_of

LINE_ENDS = (".", "!", "?", ";", ":", ",")
FEWEST_WORDS = 3
"""Words from which a seed may count as foreign by its words."""
FOREIGN_SHARE = 0.25
"""It does if at most this share of them is known."""
_FIRST_STANZA = re.compile(r"\s*+((?:[^\S\n]*+\S[^\n]*+\n)++)[^\S\n]*+\n\s*+(?=\S)")
"""With the blank line after it, if something follows. Nothing in it is tried twice: seeds are foreign text."""
_LONE_I = re.compile(r"\bi\b(?=$|[\s',.;:!?\-])")


@dataclass(frozen=True)
class Opening:
    """A seed, taken apart."""

    typed: str
    stanzas: tuple[tuple[str, ...], ...]
    """Its finished lines as typed, by stanzas. The last stanza may go on; it is empty after a blank line."""
    begun: str
    """The unfinished line at its end, as typed."""
    heard: str
    """What the network reads of the finished lines, in its own characters; each ends with a line break."""
    heard_begun: str
    """What it reads of the unfinished line, without a space at its end."""
    after: str
    """What stands between the seed and the song: line breaks, unless a line is begun."""
    title_lines: int = 0
    """How many of its lines are of another script or language, and stand above the song: all of them, or those of the
    first stanza."""

    @classmethod
    def of(cls, seed: str, vocabulary: Vocabulary, is_known: Callable[[str], bool], *, capitals: bool) -> "Opening":
        """Take a seed apart.

        Args:
            seed: as typed.
            vocabulary: of the network.
            is_known: whether a word, as `words_of` gives it, is the artist's or of the artist's language.
            capitals: whether the artist's lines begin with capital letters.
        """
        scripts = {_script_of(unit) for unit in vocabulary.units if len(unit) == 1 and unit.isalpha()}
        typed, title_lines, below_title = seed, 0, 0
        while (title := _FIRST_STANZA.match(seed, below_title)) and _is_foreign(title[1], scripts, is_known):
            title_lines += _count(title[1])
            below_title = title.end()
        seed = seed[below_title:]
        if seed.strip() and _is_foreign(seed, scripts, is_known):
            return cls(typed, ((),), "", "", "", _missing_breaks(seed, 2), title_lines + _count(seed))
        written = clean_seed(seed)
        if capitals:
            written = "\n".join(map(_as_written, written.split("\n")))
        heard = vocabulary.fold(written).lstrip("\n")
        stanzas = _stanzas(seed)
        last = (seed.splitlines(keepends=True) or [""])[-1]
        is_begun = bool(last.strip()) and last.splitlines() == [last] and not seed.rstrip().endswith(LINE_ENDS)
        finished, _, heard_begun = heard.rpartition("\n")
        if not (is_begun and heard_begun.strip()):
            whole = f"{heard.rstrip()}\n".lstrip("\n")
            blank = "\n" if whole and not _missing_breaks(seed, 2) else ""
            after = _missing_breaks(seed, 1) if stanzas[0] else ""
            return cls(typed, stanzas, "", whole + blank, "", after, title_lines)
        return cls(
            typed,
            (*stanzas[:-1], stanzas[-1][:-1]),
            stanzas[-1][-1],
            f"{finished}\n" if finished else "",
            heard_begun.rstrip(),
            "",
            title_lines,
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """Its finished lines as typed, blank ones left out."""
        return tuple(chain.from_iterable(self.stanzas))

    @property
    def is_title(self) -> bool:
        """Whether all of the seed stands above the song."""
        return self.title_lines > 0 and not self.heard and not self.begun

    @property
    def ends_stanza(self) -> bool:
        """Whether a blank line stands before what is sung next."""
        return self.is_title or self.heard.endswith("\n\n")

    @property
    def next_unit_fits(self) -> Callable[[str], bool]:
        """Whether a unit may come next after the unfinished line: a word of it must stay what it is.

        A hyphen at its end asks for the rest of a compound.
        """
        if self.begun[-1:].isspace():
            return _begins_word
        end = self.heard_begun[-1:]
        is_word_end = end.isalnum() and not is_unspaced(end) and not self.begun.endswith("-")
        return ends_word if is_word_end else _any


def _count(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def _stanzas(text: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a text by stanzas; the last one is empty if a blank line ends the text, or there is no line."""
    stanzas: list[list[str]] = [[]]
    for line in text.splitlines(keepends=True):
        (words,) = line.splitlines()
        if words.strip():
            stanzas[-1].append(words)
        elif stanzas[-1] and words != line:
            stanzas.append([])
    return tuple(map(tuple, stanzas))


def _begins_word(unit: str) -> bool:
    return unit[0] == " "


def ends_word(unit: str) -> bool:
    """Whether a unit does not make the word before it longer."""
    return unit[0] not in "'-" and not last_word(unit[0])


def _any(_: str) -> bool:
    return True


def _is_foreign(seed: str, scripts: Container[str], is_known: Callable[[str], bool]) -> bool:
    """Whether most letters of a seed are of none of the ``scripts`` that the network writes, or most words unknown."""
    letters = [character for character in seed if character.isalpha()]
    if sum(_script_of(letter) in scripts for letter in letters) < len(letters) / 2:
        return True
    words = words_of(seed)
    return len(words) >= FEWEST_WORDS and sum(map(is_known, words)) <= len(words) * FOREIGN_SHARE


def _script_of(letter: str) -> str:
    """The script of a letter, by the first word of its name: "LATIN", "CYRILLIC", "CJK"."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _as_written(line: str) -> str:
    """A line as a careful writer has it: the first letter and "I" are capitals, not all letters."""
    if line.isupper() and len(words_of(line)) > 1:
        line = line.lower()
    line = _LONE_I.sub("I", line)
    for k, character in enumerate(line):
        if character.isalpha():
            capital = character.upper()
            return line[:k] + capital + line[k + 1 :] if len(capital) == 1 else line
        if character.isdigit():
            break
    return line


def _missing_breaks(seed: str, wanted: int) -> str:
    """The line breaks that a seed lacks at its end."""
    tail = seed[len(seed.rstrip()) :]
    return "\n" * max(0, wanted - max(0, len(f"{tail}.".splitlines()) - 1))
