"""What an artist sings of: a few words that its lines often end with, and that mean something."""

from collections import Counter
from collections.abc import Callable

from lstm.song.style import Style

_MOST_THEMES, _COMMON_ENDINGS = 3, 200
_FEWEST_LETTERS, _MOST_LETTERS = 4, 24
_WITHOUT_MEANING = frozenset(
    "about above after again ahead alike alone also always around away back been before behind below between beyond "
    "come could does done down each eight else ever every five found four from gone have here inside into just know "
    "last less like long made make many mine more most much must near never next nine none once only other outside "
    "over right said same seen seven shall should side slow some still such take than that thee their them then there "
    "these they thine thing this those three through told took under until upon very want well went were what when "
    "where which while will with within would years your".split()
)
"""Common at the ends of lines, and no description of anybody."""
_FIRST_CODE = 2
"""Of words, in the arrays of `lstm.song.novelty.WordNgrams`."""


def themes_of(style: Style, has_bad_language: Callable[[str], bool] | None = None) -> list[str]:
    """Name the themes of an artist, the commonest first; words for which `has_bad_language` is true are left out."""
    arrays, words = style.index.arrays(), style.index.words()
    last_codes = arrays["codes"][arrays["lines"] + arrays["line_sizes"] - 1]
    common = Counter(last_codes.tolist()).most_common(_COMMON_ENDINGS)
    endings = [words[code - _FIRST_CODE] for code, _ in common if code >= _FIRST_CODE]
    return [
        word
        for word in endings
        if _FEWEST_LETTERS <= len(word) <= _MOST_LETTERS
        and word.isalpha()
        and word not in _WITHOUT_MEANING
        and not (has_bad_language is not None and has_bad_language(word))
    ][:_MOST_THEMES]
