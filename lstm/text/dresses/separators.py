"""What files put between songs: "<|endoftext|>", rules such as "-----" and "* * *", titles within rules."""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.section_words import kind_of
from lstm.text.dresses.undressed import Undressed

_TOKEN = re.compile(
    r"<\|(?:start|end)_?of_?(?:text|song|doc|document)\|>|<\|(?:begin_of_text|endoftext|startoftext|eos|bos|pad|sep)\|>"
    r"|(?<![^\s])</?(?:s|eos|bos|sos|song|eot|sep|pad|startsong|endsong|end|start)>(?![^\s])|\[(?:SEP|EOS|BOS|CLS|PAD)\]",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"(?:[⸺⸻⁂]{1,9}|([-=*_~#•·+—–═─%★☆◆◇■□♦♢✦])(?: {0,3}\1){2,200}|<hr ?/?>|(?:\. {0,3}){5,200}|[-=~*]{3,200})"
)
_BOOK_BEGINS = re.compile(r"^\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG [^\n]{1,300}$", re.MULTILINE)
_BOOK_ENDS = re.compile(r"^\*{3} ?END OF (?:THE|THIS) PROJECT GUTENBERG [^\n]{1,300}$", re.MULTILINE)
_DOTS = frozenset(".·")
"""Rows of dots stand for lines that were left out of a poem; they end a stanza, not a song."""
_TITLE_IN_RULE = re.compile(
    r"([-=*~#_])\1{2,100} {1,3}([^-=*~#_\s].{0,80}?) {1,3}\1{3,100}|={2,100} {0,3}([^=\s].{0,80}?) {0,3}={2,100}"
)
_FEWEST_LINES_PER_SONG = 3
_FEWEST_NOTICES = 3


def take_off_tokens(text: str) -> Undressed | None:
    """Put a song's beginning in place of the tokens that training files for language models use."""
    text, books = _between_markers(text)
    text, count = _TOKEN.subn(f"\n{boundaries.SONG}\n", text)
    count += books
    return Undressed(boundaries.divide_at_marks_only(text), {"separator tokens": count}) if count else None


def _between_markers(text: str) -> tuple[str, int]:
    """Project Gutenberg books without what stands before and behind each, and how many markers went."""
    books, place = [], 0
    while (begin := _BOOK_BEGINS.search(text, place)) and (end := _BOOK_ENDS.search(text, begin.end())):
        books.append(text[begin.end() : end.start()].strip("\n"))
        place = end.end()
    return (f"\n{boundaries.SONG}\n".join(books), 2 * len(books)) if books else (text, 0)


def take_off_rules(text: str) -> Undressed | None:
    """A rule divides songs; or stanzas, where two blank lines divide songs already and rules stand in between."""
    lines = text.split("\n")
    is_rule = [len(line) <= 220 and bool(line) and _RULE.fullmatch(line.strip()) is not None for line in lines]
    titles = [
        None if rule or len(line) > 220 else _title_in_rule(line.strip())
        for line, rule in zip(lines, is_rule, strict=True)
    ]
    # A text that recurs in its rules is no title.
    frequencies = Counter(filter(None, titles))
    notices = {title for title, n in frequencies.items() if n >= _FEWEST_NOTICES and kind_of(title) is None}
    count = sum(is_rule) + sum(title is not None for title in titles)
    if not count:
        return None
    mark = boundaries.SONG if _divides_songs(text, count) else ""
    result: list[str] = []
    for k, line in enumerate(lines):
        title = titles[k]
        if title in notices:
            continue
        if title is not None:
            result.append(f"[{title}]" if kind_of(title) is not None else f"\n{mark}\n")
        elif not is_rule[k]:
            result.append(line)
        elif line.strip()[0] in _DOTS:
            result.append("")
        elif line.strip()[0] == "=" and _is_underlined(lines, k):
            result[-1] = f"\n{mark}\n"
        else:
            result.append(f"\n{mark}" if mark else "")
    return Undressed("\n".join(result), {"rules": count})


def _title_in_rule(line: str) -> str | None:
    match = _TITLE_IN_RULE.fullmatch(line)
    return (match.group(2) or match.group(3)) if match else None


def _divides_songs(text: str, rules: int) -> bool:
    """Whether rules stand between songs, and not between the stanzas or lines of songs."""
    double_breaks = len(re.findall(r"\S\n{3,}(?=\S)", text))
    filled = sum(bool(line.strip()) for line in text.split("\n"))
    return filled >= _FEWEST_LINES_PER_SONG * rules and not (double_breaks >= 3 and rules > 2 * double_breaks)


def _is_underlined(lines: list[str], k: int) -> bool:
    """Whether the line above a rule stands alone, as a title does."""
    above = lines[k - 1].strip() if k else ""
    return bool(above) and len(above) <= 80 and (k < 2 or not lines[k - 2].strip() or lines[k - 2][0] in boundaries.ALL)
