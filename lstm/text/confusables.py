"""Which texts look alike: the skeleton of Unicode Technical Standard #39, "Unicode Security Mechanisms", section 4.

Two texts with the same skeleton are hard to distinguish by eye: Latin "burns" and the same word with a Cyrillic "u".
"""

import re
import unicodedata
from functools import cache
from importlib import resources

# Default_Ignorable_Code_Point (DerivedCoreProperties.txt): characters that fonts show as nothing.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def without_ignorable(text: str) -> str:
    """Text without the characters that fonts show as nothing: fillers, joiners, variation selectors."""
    return _IGNORABLE.sub("", text)


def skeleton(text: str) -> str:
    """What texts that look alike have in common; not to be shown to anybody.

    ASCII letters that look like two ("m" and "rn") stay as they are: in the fonts of today they differ enough.
    """
    decomposed = without_ignorable(unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFD", decomposed.translate(_prototypes()))


@cache
def _prototypes() -> dict[int, str]:
    """By character, what it looks like; loaded on first use: about 1 MB."""
    prototypes: dict[int, str] = {}
    source = resources.files("lstm") / "data" / "confusables.txt"
    for line in source.read_text(encoding="utf-8").splitlines()[1:]:
        prototype, _, alike = line.partition(" < ")
        codes = prototype.split()
        text = "".join(chr(int(code, 16)) for code in codes)
        for code in alike.split():
            if len(codes) == 1 or int(code, 16) > 0x7F:
                prototypes[int(code, 16)] = text
    return prototypes
