"""Section headers: "[Verse 2: Ann]", "(Chorus)", "Chorus:", "**Bridge**", "VERSE ONE", "Repeat chorus".

A header becomes a mark that keeps the kind of its section. A line counts as a header only if it is nothing but one:
"Verse of my life" and "Bridge over the river" are sung.
"""

import re
from collections import Counter
from dataclasses import dataclass

from lstm.text import boundaries
from lstm.text.dresses.section_words import STRONG, split_label
from lstm.text.dresses.undressed import Undressed
from lstm.text.songs import StanzaKind

LONGEST_HEADER = 120
_BRACKETED = re.compile(r"\[([^\[\]]{1,100})\]\s{0,3}:?\s{0,3}(.*)")
_PARENTHESISED = re.compile(r"[({<]([^(){}<>]{1,60})[)}>]:?")
_DECORATION = "*_#=~-–—•>|<:.\"' "
_TIMES = r"[\[(]?\s?(?:[x×]\s?\d{1,2}|\d{1,2}\s?[x×]|\d times|twice|repeats?|repeated)\s?[\])]?"
_ONLY_TIMES = re.compile(rf"\s{{0,3}}(?:{_TIMES})?\s{{0,3}}[:.]?", re.IGNORECASE)
_NAMES = re.compile(
    r"(?:[A-Z0-9$][\w$.'’!é-]{0,20}|&|\+|,|/|and|feat\.?|ft\.?|with|of|the|x|both|all|y|et|und)"
    r"(?:(?:,? |, ?|/)(?:[A-Z0-9$][\w$.'’!é-]{0,20}|&|\+|/|and|feat\.?|ft\.?|with|of|the|x|y|et|und)){0,9}"
)
_REPEAT = re.compile(
    r"[\[(*]{0,2}\s?(?:repeat|rpt\.?|back to|to)\s(?:the\s)?([a-z-]{4,12}(?: [a-z0-9]{1,6})?)\s?"
    r"(.{0,20}?)[\])*.:]{0,3}",
    re.IGNORECASE,
)
_INSTRUMENT = (
    "guitar bass drum drums piano sax saxophone violin harmonica organ keyboard synth horn trumpet banjo fiddle".split()
)
_ANNOTATIONS = (
    rf"(?:{'|'.join(_INSTRUMENT)})(?: \w{{2,12}})? ?(?:solo|riff|break|fill|interlude|outro|intro)?",
    r"solo|instrumental.{0,30}|music(?: .{0,20})?|humming|whistling|clapping|beatbox(?:ing)?|scratch(?:es|ing)|bars?",
    r"applause|cheer(?:s|ing)|laugh(?:s|ter|ing)|(?:crowd|audience|phone|beat|tempo) .{0,30}|gunshots?",
    r"voicemail.{0,30}",
    r"spoken.{0,40}|whisper(?:s|ed|ing)|sighs?|cough(?:s|ing)?|vocali[sz](?:ing|ation)s?|non-lyrical .{0,20}",
    r"repeat.{0,40}|fade(?:s|d)?(?:[ -]out)?|[x×] ?\d{1,2}|\d{1,2} ?[x×]|silence|pause|key change|end|n\.?c\.?|tacet",
    r"produced by .{0,60}|prod\.? .{0,60}|written by .{0,60}|lyrics (?:by|from) .{0,60}|sample.{0,60}",
    r"(?:feat|ft)\.? .{0,60}|featuring .{0,60}|part [ivx\d]{1,4}.{0,60}|ad[ -]?libs?",
    r"inaudible|unintelligible|indecipherable|unknown|unclear|\?{1,5}",
)
_ANNOTATION = re.compile("|".join(_ANNOTATIONS), re.IGNORECASE)
"""What stands in square brackets and is not sung."""
_SAFE_IN_PARENTHESES = re.compile(
    r"(?:(?:guitar|bass|drum|piano|sax|harmonica|violin) (?:solo|riff|break|interlude)|instrumental.{0,30}"
    r"|repeat(?:s|ed)?(?: .{0,30})?|repeat to fade|fade(?:s|d)?[ -]out|spoken:?|applause|laughter|laughs|inaudible"
    r"|[x×] ?\d{1,2}|\d{1,2} ?[x×])",
    re.IGNORECASE,
)
_FIRST = re.compile(r"^\W{0,6}[^\W\d_]{1,12}[ .#-]{0,3}(?:1|I|one)(?![\w'])", re.IGNORECASE)
MOST_TITLE_LINES = 2
_FEWEST_BARE = 2
_FEWEST_BRACKETS = 3


@dataclass(frozen=True)
class _Header:
    kind: StanzaKind | None
    """None: the line is no part of the song, but no section begins there either."""
    rest: str = ""
    """What of the line is sung."""


def take_off(text: str) -> Undressed | None:
    """Put marks in place of headers, and drop annotations such as "[Guitar Solo]" and "(Instrumental)"."""
    lines = text.split("\n")
    habits = _Habits.of(lines)
    result: list[str] = []
    removed = Counter[str]()
    firsts: list[int] = []
    begins = True
    for k, line in enumerate(lines):
        following = lines[k + 1] if k + 1 < len(lines) else ""
        header = _read(line, begins, following, habits) if 0 < len(line) <= 4 * LONGEST_HEADER else None
        if header is None:
            result.append(line)
        elif header.kind is None:
            removed["annotations"] += 1
        else:
            removed["section headers"] += 1
            if header.kind == StanzaKind.VERSE and _FIRST.search(line):
                firsts.append(len(result))
            result.append(boundaries.section(header.kind))
        if header is not None and header.rest:
            result.append(header.rest)
        begins = not line.strip() or line[0] in boundaries.ALL or (header is not None and not header.rest)
    if not removed:
        return None
    if boundaries.SONG not in text and "\n\n\n" not in text:
        result = _divided(result, firsts)
    return Undressed("\n".join(result), dict(removed))


def _divided(lines: list[str], firsts: list[int]) -> list[str]:
    """Lines without a sign between songs, with one above each first verse, and above the title that stands there."""
    if len(firsts) < 2:
        return lines
    begins = set[int]()
    for place in firsts:
        above = place
        while above and not lines[above - 1].strip():
            above -= 1
        top = above
        while top and lines[top - 1].strip() and lines[top - 1][0] not in boundaries.ALL:
            top -= 1
        is_title = above - top <= MOST_TITLE_LINES and (top == 0 or not lines[top - 1].strip())
        begins.add(top if is_title else place)
    return [f"\n{boundaries.SONG}\n{line}" if k in begins else line for k, line in enumerate(lines)]


@dataclass(frozen=True)
class _Habits:
    """How headers are written in a text: the other lines decide what is ambiguous in one."""

    brackets: int
    """Lines that are a section's word in square brackets."""
    bare: int
    """Lines that begin a stanza and are a section's word and nothing else."""
    colons: int
    """Lines that are a section's word with a colon."""
    labels: Counter[str]
    """What follows the colon of such headers, with its frequency."""

    @classmethod
    def of(cls, lines: list[str]) -> "_Habits":
        brackets = bare = colons = 0
        labels = Counter[str]()
        begins = True
        for line in lines:
            if len(line) <= LONGEST_HEADER:
                stripped = line.strip()
                bracketed = _BRACKETED.fullmatch(stripped)
                if bracketed:
                    brackets += split_label(bracketed.group(1)) is not None
                elif begins and stripped and (found := split_label(stripped.rstrip(":"))) and found[1] in STRONG:
                    if not found[2] or _ONLY_TIMES.fullmatch(found[2]):
                        bare += 1
                        colons += stripped.endswith(":")
                    elif found[2].startswith(":"):
                        colons += 1
                        labels[found[2].strip(": ")] += 1
            begins = not line.strip() or line[:1] in boundaries.ALL
        return cls(brackets, bare, colons, labels)


def _read(line: str, begins: bool, following: str, habits: _Habits) -> _Header | None:
    """The header that a line is, or None for a line of the song."""
    stripped = line.strip()
    if not stripped or stripped[0] in boundaries.ALL:
        return None
    bracketed = _BRACKETED.fullmatch(stripped)
    if bracketed:
        return _read_bracketed(bracketed.group(1), bracketed.group(2), begins, habits)
    if len(stripped) > LONGEST_HEADER:
        return None
    repeat = _REPEAT.fullmatch(stripped)
    if repeat and (found := split_label(repeat.group(1))) and found[1] in STRONG and _is_times(repeat.group(2)):
        return _Header(found[0])
    parenthesised = _PARENTHESISED.fullmatch(stripped)
    if parenthesised:
        return _read_parenthesised(parenthesised.group(1), stripped, begins)
    return _read_plain(stripped, begins, following, habits)


def _read_bracketed(label: str, rest: str, begins: bool, habits: _Habits) -> _Header | None:
    found = split_label(label)
    if rest[:1] in ("-", "–", ":") and _NAMES.fullmatch(rest.strip("-–: ")):
        rest = ""  # who sings it
    if found is not None and (not found[2] or not found[2][0].isalpha() or _is_times(found[2])):
        return _Header(found[0], rest) if not _is_times(rest) else _Header(found[0])
    if found is not None and re.match(r"(?:by|feat|ft|with|from)\b", found[2]):
        return _Header(found[0], rest)
    if rest and not _is_times(rest):
        return None
    if _ANNOTATION.fullmatch(label.strip(" :.*")):
        return _Header(None)
    # Where brackets hold headers, a name in brackets above a stanza says who sings it.
    if habits.brackets >= _FEWEST_BRACKETS and begins and len(label.split()) <= 6:
        return _Header(StanzaKind.VERSE)
    return None


def _read_parenthesised(label: str, stripped: str, begins: bool) -> _Header | None:
    found = split_label(label)
    is_strong = found is not None and (found[1] in STRONG or stripped[0] != "(")
    if found is not None and is_strong and begins and _is_rest_of_header(found[2]):
        return _Header(found[0])
    if _SAFE_IN_PARENTHESES.fullmatch(label.strip(" :.*")):
        return _Header(None)
    return None


def _read_plain(stripped: str, begins: bool, following: str, habits: _Habits) -> _Header | None:
    bare = stripped.strip(_DECORATION)
    found = split_label(bare)
    if found is None:
        return None
    kind, word, rest = found
    is_decorated = stripped[0] in "*_#=~-–—•>|<" and stripped[-1] in "*_=~-–—>|:#"
    is_alone = not rest or _is_times(rest)
    if is_alone and (stripped.endswith(":") or is_decorated):
        return _Header(kind) if begins or word in STRONG else None
    if is_alone and word in STRONG and begins and not stripped.endswith((".", "!", "?", ",")):
        has_number = bare[-1:].isdigit() or bool(rest)
        if (
            has_number
            or habits.bare >= _FEWEST_BARE
            or bare.isupper()
            or (word == "chorus" and bool(following.strip()))
        ):
            return _Header(kind)
        return None
    if word not in STRONG or not begins or not stripped[0].isupper():
        return None
    return _read_label_with_more(kind, bare, rest, following, habits)


def _read_label_with_more(kind: StanzaKind, bare: str, rest: str, following: str, habits: _Habits) -> _Header | None:
    """A label with a singer's name or the first line behind it: "Chorus: Ann", "Verse 1 - Ann", "Chorus: Oh, oh"."""
    after = re.fullmatch(r"\s?([:–—-])\s{1,3}(\S.*)", rest) or re.fullmatch(r"\s?(:)(\S.*)", rest)
    parenthesis = re.fullmatch(r"\s?\(([^()]{1,60})\):?", rest)
    if parenthesis and (_NAMES.fullmatch(parenthesis.group(1)) or _is_times(parenthesis.group(1))):
        return _Header(kind)
    if after is None:
        return None
    behind = after.group(2)
    names_singer = bool(following.strip()) and _NAMES.fullmatch(behind.strip(":")) is not None
    if after.group(1) != ":":
        return _Header(kind) if names_singer and (rest[0] != bare[-1:]) else None
    if habits.colons < _FEWEST_BARE:
        return None
    if names_singer and (habits.labels[behind] > 1 or len(behind.split()) <= 4):
        return _Header(kind)
    return _Header(kind, behind)


def _is_times(text: str) -> bool:
    return bool(text.strip()) and _ONLY_TIMES.fullmatch(text) is not None


def _is_rest_of_header(rest: str) -> bool:
    return not rest or not rest[0].isalpha() or _is_times(rest)
