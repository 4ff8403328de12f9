"""Letters of other scripts that look like Latin ones: Genius marks its texts with a Cyrillic "е" in "the"."""

import re

from lstm.text.dresses.undressed import Undressed

_LATIN = dict(
    zip(
        "аеорсухіјѕԁһԛԝАВЕКМНОРСТХУІЈЅαοορνΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhqwABEKMHOPCTXYIJSaoopvABEZHIKMNOPTYX",
        strict=True,
    )
)
_TABLE = str.maketrans(_LATIN)
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_FOREIGN_LETTER = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_MOST_FOREIGN = 0.05
_ALONE = frozenset("аАоОіІ")


def take_off(text: str) -> Undressed | None:
    """Latin letters in place of those in words that hold both, and of single ones between Latin words."""
    foreign = len(_FOREIGN_LETTER.findall(text))
    if not foreign:
        return None
    is_latin = foreign <= _MOST_FOREIGN * len(_LATIN_LETTER.findall(text))
    count = 0

    def replace(word: str) -> str:
        nonlocal count
        bare = word.strip("'’-")
        if not _FOREIGN_LETTER.search(word):
            return word
        if any(_FOREIGN_LETTER.match(c) and c not in _LATIN for c in bare):
            return word
        if _LATIN_LETTER.search(bare) or (is_latin and bare in _ALONE):
            count += 1
            return word.translate(_TABLE)
        return word

    lines = [
        re.sub(r"[^\s]+", lambda match: _replace_in(match.group(), replace), line)
        if _FOREIGN_LETTER.search(line)
        else line
        for line in text.split("\n")
    ]
    return Undressed("\n".join(lines), {"look-alike letters": count}) if count else None


def _replace_in(token: str, replace: object) -> str:
    assert callable(replace)
    return re.sub(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", lambda match: str(replace(match.group())), token)
