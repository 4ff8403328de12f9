"""Where sentences and speeches begin in a line, whatever its letters' case."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SENTENCE_END = re.compile(r"(?<!\.\.)[.!?][)']* ['(]*$")
_ABBREVIATIONS = frozenset("mr mrs ms dr st prof capt col gen lt sgt rev hon mme jr sr no vs mt".split())
_NEAR = 4
"""Characters in front of a quote that are looked at."""
_SPEAKS = frozenset(
    "said says asked told tells wrote shouted yelled yelling called calls saying answered cried".split()
)
_TO_WHOM = frozenset("me you him her us them".split())
_GOES_ON = frozenset("and but or then".split())


@dataclass(frozen=True)
class Words:
    """The words of a line in small letters, and the signs in front of each and after the last."""

    words: tuple[str, ...]
    signs: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> "Words":
        """Every run of letters is a word, with the apostrophes inside it."""
        return cls(tuple(map(str.lower, _WORD.findall(line))), tuple(_WORD.split(line)))


class Sentences:
    """Reads the lines of a stanza in order, as a speech may go on in the next line."""

    def __init__(self) -> None:
        """Before the first line: nobody speaks."""
        self._introduced = False
        """The speech follows what introduces it: She said, "Stop!" """
        self._interrupted = False
        """The sentence of the last speech goes on in the next one: "I think," she said, "that ..." """

    def begin_at(self, line: Words) -> list[bool]:
        """For each word of a line, whether a sentence or a speech begins with it; the line's first word always does."""
        result: list[bool] = []
        for k, sign in enumerate(line.signs):
            begins = k == 0 or (_SENTENCE_END.search(sign) is not None and not _is_abbreviated(line, k))
            if '"' in sign:
                goes_on = k < len(line.words) and line.words[k] in _GOES_ON
                begins = self._quotes(sign, is_first=k == 0, goes_on=goes_on, spoken=_is_spoken(line, k)) or begins
            result.append(begins)
        return result[:-1]

    def _quotes(self, sign: str, *, is_first: bool, goes_on: bool, spoken: bool) -> bool:
        """Follow the quotes of a sign; whether a sentence begins behind it."""
        begins = False
        for at, character in enumerate(sign):
            if character != '"':
                continue
            before = sign[max(0, at - _NEAR) : at].rstrip(" '(")
            if sign[at - 1] in " (-" if at else is_first:
                introduced = before.endswith((",", ":")) or (spoken and not before)
                begins = not self._interrupted and (introduced or before.endswith((";", ".", "!", "?", "-")))
                self._introduced = not self._interrupted and introduced
                self._interrupted = False
            else:
                self._interrupted = before.endswith(",") and not self._introduced
                begins = self._introduced and not goes_on and before.endswith((".", "!", "?"))
        return begins


def _is_spoken(line: Words, k: int) -> bool:
    """Whether the words in front of one introduce a speech: she said, I told him."""
    before = line.words[max(0, k - 2) : k]
    return before[-1:] != () and (before[-1] in _SPEAKS or (before[-1] in _TO_WHOM and before[0] in _SPEAKS))


def _is_abbreviated(line: Words, k: int) -> bool:
    """Whether the full stop in front of a word belongs to the word before it: "Mr. Bell", "at two a.m. you"."""
    return line.signs[k] == ". " and (line.words[k - 1] in _ABBREVIATIONS or line.signs[k - 1] == ".")
