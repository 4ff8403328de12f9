"""Chord sheets: lines of chords above the words, tablature, "Capo 2", "Title Chords by Somebody"."""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.chords import is_chord_line
from lstm.text.dresses.section_words import STRONG, split_label
from lstm.text.dresses.undressed import Undressed

_TABLATURE = re.compile(r"\s{0,8}(?:[A-Ga-g][#b]?\s{0,2})?[|:]{1,2}[-–—0-9a-zA-Z/\\~^*()<>|.= ]{3,}")
_PLAIN_TABLATURE = re.compile(r"[A-Ga-g]?\s?[-0-9hpbrs/\\~x|() ]{8,}")
_HEAD = re.compile(
    r"(.{1,80}?) (?:Chords|Tab|Tabs|Ukulele Chords|Guitar Chords|Bass Tab|Guitar Pro)"
    r"(?: \(?ver ?\d{1,2}\)?)?(?: by .{1,60})?",
    re.I,
)
_LEGEND = re.compile(
    r"\|\s?(?:[/\\~^xXhpbrs=.*+-]|\([^()]{0,3}\)|[xX]\d|PM|N\.?C\.?)\s{1,6}\S.{0,60}"
    r"|\* ?(?:alternate|hold|play|let ring).{0,80}",
    re.IGNORECASE,
)
"""What the signs of tablature mean."""
_SETTING = re.compile(
    r"(?:capo(?: on| at)?|tuning|key|tempo|bpm|strumming(?: pattern)?|difficulty|tabbed by|transcribed by|chords used"
    r"|chords|author|time(?: signature)?|tabs? by|chords by|standard tuning|original key|play in|intro chords)\b"
    r"(?:\s?[:=]| ?\d| by\b|$| on\b| no\b).{0,80}"
    r"|(?:\d{1,3} ?bpm|no capo|standard tuning|capo.{0,30}fret.{0,10})",
    re.IGNORECASE,
)
_FINGERING = re.compile(r"[A-G][#b]?[\w/#+()]{0,8}\s{0,3}[:=]?\s{1,3}[xX0-9(|]{1}[-xX0-9 |()]{4,20}")
_OTHER_CHORDS = (
    # Nashville numbers and Romance names: "1  4-  5/7", "Do  Lam  Sol7".
    re.compile(r"[1-7](?:[#b°+-]|m|maj|sus)?\d?(?:/[1-7])?(?:\s{2,40}[1-7](?:[#b°+-]|m|maj|sus)?\d?(?:/[1-7])?){1,15}"),
    re.compile(
        r"(?:Do|Re|Ré|Mi|Fa|Sol|La|Si)(?:[#b]|m|maj|sus|dim|\d){0,4}"
        r"(?:\s{1,40}(?:Do|Re|Ré|Mi|Fa|Sol|La|Si)(?:[#b]|m|maj|sus|dim|\d){0,4}){0,15}"
    ),
)
_LEAST_OTHER_SHARE = 0.3
_ABBREVIATED = re.compile(r"^\[([VCBPT])\d{0,2}\]$", re.IGNORECASE)
_ABBREVIATIONS = {"V": "Verse", "C": "Chorus", "B": "Bridge", "P": "Pre-Chorus", "T": "Tag"}
_LEAST_SHARE = 0.06
_FEWEST = 3


def take_off(text: str) -> Undressed | None:
    """Chord lines, tablature and settings go; the words stay, without the spaces that chords needed."""
    lines = text.split("\n")
    filled = sum(bool(line.strip()) and line[0] not in boundaries.ALL for line in lines)
    is_chords = [bool(line.strip()) and is_chord_line(line) for line in lines]
    tablature = sum(_is_tablature(line) for line in lines)
    above_words = sum(
        here and k + 1 < len(lines) and bool(lines[k + 1].strip()) and not is_chords[k + 1]
        for k, here in enumerate(is_chords)
    )
    is_sheet = above_words >= _FEWEST and above_words >= _LEAST_SHARE * filled
    for pattern in _OTHER_CHORDS:
        others = [len(line) < 200 and pattern.fullmatch(line.strip()) is not None for line in lines]
        if sum(others) >= max(_FEWEST, _LEAST_OTHER_SHARE * filled):
            words = [line for line, is_other in zip(lines, others, strict=True) if not is_other]
            return Undressed("\n".join(words), {"chord lines": sum(others)})
    dotted = [line[:1] == "." and is_chord_line(line[1:]) for line in lines]
    if sum(dotted) >= _FEWEST:
        # OpenSong: chords stand behind a dot, words behind a space, and sections are called V1, C, B.
        is_sheet = True
        lines = [
            line[1:] if is_dotted else _ABBREVIATED.sub(lambda m: f"[{_ABBREVIATIONS[m[1].upper()]}]", line)
            for line, is_dotted in zip(lines, dotted, strict=True)
        ]
    if not is_sheet and tablature < _FEWEST:
        return None
    removed = Counter[str]()
    result: list[str] = []
    skips_blank = False
    for k, line in enumerate(lines):
        begins = k == 0 or not lines[k - 1].strip() or lines[k - 1][0] in boundaries.ALL
        kept = _kept(line, is_sheet, begins, removed)
        if kept is None:
            # Blank lines on both sides of what goes are not two in a row, which would end a song.
            skips_blank = bool(result) and not result[-1].strip()
        elif line.strip() or not skips_blank:
            result.append(kept)
            skips_blank = False
    return Undressed("\n".join(result), dict(removed))


def _kept(line: str, is_sheet: bool, begins: bool, removed: Counter[str]) -> str | None:
    """What stays of a line; None if all of it goes."""
    stripped = line.strip()
    if not stripped or stripped[0] in boundaries.ALL or len(stripped) > 400:
        return line
    if is_sheet and is_chord_line(line, is_sheet=True):
        removed["chord lines"] += 1
        return None
    if _is_tablature(line):
        removed["tablature lines"] += 1
        return None
    if _LEGEND.fullmatch(stripped):
        removed["settings"] += 1
        return None
    if _HEAD.fullmatch(stripped) and (" by " in stripped or begins):
        removed["titles"] += 1
        return boundaries.SONG
    if _SETTING.fullmatch(stripped) or _FINGERING.fullmatch(stripped):
        removed["settings"] += 1
        return None
    return _header_without_chords(stripped, is_sheet) or line


def _header_without_chords(line: str, is_sheet: bool) -> str | None:
    """ "Intro: Am F C" and "[Verse 1] G D" as "[Intro]" and "[Verse 1]"; None for other lines."""
    label, _, rest = line.lstrip("[").partition("]" if line.startswith("[") else ":")
    if not rest.strip() or len(label) > 40:
        return None
    found = split_label(label)
    if found and (found[1] in STRONG or line.startswith("[")) and is_chord_line(rest, is_sheet):
        return f"[{label}]"
    return None


def _is_tablature(line: str) -> bool:
    if line.count("-") < 5 or len(line) > 400:
        return False
    stripped = line.strip()
    if "|" in stripped and _TABLATURE.fullmatch(line):
        return line.count("-") >= 0.3 * len(stripped)
    return any(c.isdigit() for c in stripped) and _PLAIN_TABLATURE.fullmatch(stripped) is not None
