"""UTF-8 that was once read as Windows-1252: "â€™" for an apostrophe."""

import re

from lstm.text.dresses.undressed import Undressed

_SIGN = re.compile("[\u00c2\u00c3\u00c5\u00c4\u00d0\u00d1\u00e2\u00f0][\u0080-\u00bf\u0152-\u0178\u2013-\u2122\ufffd]")
_LOST_QUOTE = "\u00e2\u20ac\ufffd"
"""A closing quote whose last byte, 0x9D, no character of Windows-1252 stands for."""


def take_off(text: str) -> Undressed | None:
    """Repair the lines that hold mojibake."""
    if not _SIGN.search(text):
        return None
    import ftfy  # only texts with signs of mojibake wait for it

    count, lines = 0, []
    for line in text.split("\n"):
        if _SIGN.search(line):
            repaired = ftfy.fix_encoding(line.replace(_LOST_QUOTE, "\u00e2\u20ac\u009d"))
            count += repaired != line
            line = repaired
        lines.append(line)
    return Undressed("\n".join(lines), {"misread lines": count}) if count else None
