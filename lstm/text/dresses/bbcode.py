"""BBCode, as forums write it: "[b]", "[quote=...]", "[size=150]Title[/size]"."""

import re

from lstm.text import boundaries
from lstm.text.dresses.section_words import kind_of
from lstm.text.dresses.undressed import Undressed

_NAMES = r"b|i|u|s|quote|size|color|colour|font|center|left|right|url|img|spoiler|code|list|h[1-6]|table|tr|td|hr"
_TAG = re.compile(rf"\[/?(?:{_NAMES})(?:[ =][^\[\]\n]{{0,200}})?\]", re.IGNORECASE)
_CLOSING = re.compile(rf"\[/(?:{_NAMES})\]", re.IGNORECASE)
_IMAGE = re.compile(r"\[img[^\[\]\n]{0,40}\][^\[\]\n]{0,500}\[/img\]", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:\[[biu]\])?\[(size|h[1-6])(?:=[^\[\]\n]{0,20})?\][^\[\]\n]{1,100}\[/\1\](?:\[/[biu]\])?", re.IGNORECASE
)
_FEWEST = 2


def take_off(text: str) -> Undressed | None:
    """Drop the tags; a line in letters of another size is a title, and begins a song."""
    if len(_CLOSING.findall(text)) < _FEWEST:
        return None
    count = 0
    result: list[str] = []
    for line in text.split("\n"):
        if "[" not in line:
            result.append(line)
            continue
        bare, n = _TAG.subn("", _IMAGE.sub("", line))
        count += n
        if _HEADING.fullmatch(line.strip()):
            result.append(f"[{bare.strip()}]" if kind_of(bare.strip(" []:")) is not None else f"\n{boundaries.SONG}")
        elif bare.strip() or not n:
            result.append(bare)
    return Undressed("\n".join(result), {"BBCode tags": count}) if count else None
