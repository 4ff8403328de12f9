"""What a model can be learned from: bounds that keep a training within the memory and time of a small server.

The costs grow with the number of different characters (rows of the embedding and of the output layer), of different
words (the index of what must not be copied) and with the length of lines (the units of one step of composing).
"""

import re

from lstm.text.errors import CorpusError

MOST_CHARACTERS = 8_000
"""Different ones; Chinese lyrics use about 4,000."""
MOST_WORDS = 200_000
"""Different ones; 8 MB of English lyrics have about 50,000."""
LONGEST_LINE = 2_000
"""Characters of a line."""
LONGEST_PIECE = 400
"""Letters in a row, without a space or a sign. Chinese and Thai lines have no spaces, and are shorter all the same."""
LEAST_VARIETY = 0.01
"""Share of a long text that its different lines must make up."""
VARIED_FROM = 200_000
"""Characters of a text beyond which its lines must vary."""

_PIECE = re.compile(r"[^\W_]+")


def check_bounds(text: str) -> None:
    """Refuse a clean text that no model can be learned from here.

    Raises:
        CorpusError: one sentence that says what to change.
    """
    characters = len(set(text))
    if characters > MOST_CHARACTERS:
        raise CorpusError(
            f"The text has {characters:,} different characters; a model can learn at most {MOST_CHARACTERS:,}."
            " Use songs in one language, without tables of symbols."
        )
    lines = text.split("\n")
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_LINE:
        raise CorpusError(
            f"The text has a line of {longest:,} characters; a line can have at most {LONGEST_LINE:,}."
            " Put each line of the lyrics on a line of its own."
        )
    words: set[str] = set()
    for line in lines:
        for piece in _PIECE.findall(line):
            if len(piece) > LONGEST_PIECE:
                raise CorpusError(
                    f"The text has {len(piece):,} letters in a row without a space; a word can have at most"
                    f" {LONGEST_PIECE:,}. Remove what is not lyrics, or put spaces between words."
                )
            words.add(piece)
        if len(words) > MOST_WORDS:
            raise CorpusError(
                f"The text has more than {MOST_WORDS:,} different words; use a smaller collection, or remove what"
                " is not lyrics."
            )
    if len(text) > VARIED_FROM:
        varied = sum(map(len, set(lines)))
        if varied < LEAST_VARIETY * len(text):
            raise CorpusError(
                f"The text repeats itself: its different lines make up only {varied:,} of {len(text):,} characters."
                " Include each song only once."
            )
