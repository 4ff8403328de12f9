"""One form of every text: composed characters, plain quotes and dashes, nothing invisible. Linear in its length."""

import re
import unicodedata

from lstm.text.songs import SONG_BREAK

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2014\u2015", "--"),
        "\u2026": "...",
        "\t": " ",
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " "),
    }
)
_LINE_END = re.compile("\r{1,3}\n|[\r\v\f\u0085\u2028\u2029]")
_JOINERS = "\u200c\u200d"  # zero width, but Persian and the scripts of India are misspelt without them
MOST_COMBINING_MARKS = 8
"""Most in a row: no language needs more, and composing long runs takes quadratic time."""


def unify_line_ends(text: str) -> str:
    """Every line end as one line feed; CR CR LF, which text mode on Windows makes of CR LF, is one too."""
    return _LINE_END.sub("\n", text)


def drop_invisible(text: str, kept: str = "") -> str:
    """Drop control, format, private-use and unassigned characters, except line ends, tabs and those ``kept``."""
    unwanted = {
        ord(character): None
        for character in set(text)
        if unicodedata.category(character)[0] == "C" and character not in "\n\t" + _JOINERS + kept
    }
    return text.translate(unwanted) if unwanted else text


def clean(text: str, kept: str = "") -> str:
    """One form of every text: NFC, plain quotes and dashes, "\\n" line ends, nothing invisible.

    Control characters, private-use and unassigned ones are dropped (except those ``kept``), and so are spaces at line
    ends and combining marks beyond eight in a row; three or more blank lines become two. Idempotent; takes time in
    proportion to the text.
    """
    text = drop_invisible(_with_plain_signs(unify_line_ends(text)), kept)
    text = _bound_combining_marks(text)
    text = _with_plain_signs(unicodedata.normalize("NFC", text))  # again: NFC turns U+1FEF into a grave accent
    text = unicodedata.normalize("NFC", _bound_combining_marks(text))
    text = "\n".join([line.rstrip(" ") for line in text.split("\n")])
    return re.sub(r"\n{4,}", SONG_BREAK, text).strip("\n")


def _with_plain_signs(text: str) -> str:
    """The text with `_PLAIN` applied: sixty signs at most, each looked for in a fraction of `str.translate`'s time."""
    for sign in _PLAIN.keys() & set(map(ord, set(text))):
        text = text.replace(chr(sign), _PLAIN[sign])
    return text


def _bound_combining_marks(text: str) -> str:
    marks = "".join(c for c in set(text) if unicodedata.combining(c))
    if not marks:
        return text
    return re.sub(f"([{re.escape(marks)}]{{{MOST_COMBINING_MARKS}}})[{re.escape(marks)}]+", r"\1", text)
