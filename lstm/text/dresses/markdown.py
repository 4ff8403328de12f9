"""Markdown: headings name songs or sections, emphasis, quotes, bullets, links and code fences go."""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.section_words import kind_of
from lstm.text.dresses.undressed import Undressed

_HEADING = re.compile(r"(#{1,6})\s{1,3}(.{1,200}?)\s{0,3}#{0,6}")
_WHOLE_LINE = re.compile(r"(\*{1,3}|_{1,3}|~~)(?=[^\s*_~])(.{1,500}?)(?<=[^\s*_~])\1(?:\\| {2})?")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)([^*_~\n]{1,300}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]{1,300}?)(?<=[^\s_])_(?![\w_])"
)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{1,500}\)")
_BULLET = re.compile(r"[-*+•◦▪‣·] {1,3}(?=\S)")
_QUOTE = re.compile(r"> ?")
_FENCE = re.compile(r"(?:```|~~~)\w{0,20}")
_ESCAPED = re.compile(r"\\([*_#\[\]()>.!~`-])")
_MOST_LINES = 0.5
_FRONT_MATTER = re.compile(r"^---\n(?:[\w-]{1,30}:.{0,300}\n|\s{0,8}- .{0,300}\n){1,40}---\n", re.MULTILINE)


def take_off(text: str) -> Undressed | None:
    """A heading that names a section becomes its header; any other begins a song."""
    text, front = _FRONT_MATTER.subn(f"\n{boundaries.SONG}\n", text) if "---\n" in text else (text, 0)
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    headings = sum(_HEADING.fullmatch(line.strip()[:300]) is not None for line in filled if line.lstrip()[:1] == "#")
    quotes = _share(_QUOTE, filled)
    bullets = _share(_BULLET, filled)
    fences = sum(_FENCE.fullmatch(line.strip()) is not None for line in filled)
    emphasis = sum(
        _WHOLE_LINE.fullmatch(line.strip()[:600]) is not None for line in filled if line.lstrip()[:1] in "*_~"
    )
    strong = any("**" in line and _STRONG.search(line) for line in filled)
    hard_breaks = sum(line.endswith("\\") for line in filled) > 2
    if not (headings or fences >= 2 or emphasis or strong or hard_breaks or quotes or bullets or front):
        return None
    removed = Counter[str]({"front matter": front} if front else {})
    result = [
        _line(line, removed, is_quoted=quotes, is_bulleted=bullets, is_markdown=bool(headings or fences or hard_breaks))
        for line in lines
        if not (fences >= 2 and _FENCE.fullmatch(line.strip()))
    ]
    return Undressed("\n".join(result), dict(removed)) if removed or fences else None


def _share(pattern: re.Pattern[str], filled: list[str]) -> bool:
    return len(filled) >= 4 and sum(pattern.match(line.lstrip()) is not None for line in filled) > _MOST_LINES * len(
        filled
    )


def _line(line: str, removed: Counter[str], *, is_quoted: bool, is_bulleted: bool, is_markdown: bool) -> str:
    before = line
    if is_quoted:
        line = _QUOTE.sub("", line.lstrip(), count=1)
    if is_bulleted:
        line = _BULLET.sub("", line.lstrip(), count=1)
    stripped = line.strip()
    if len(stripped) > 2_000:
        return line
    heading = _HEADING.fullmatch(stripped) if stripped.startswith("#") else None
    if heading:
        removed["headings"] += 1
        title = heading.group(2).strip("*_ :[]()\"'")
        return f"[{title}]" if kind_of(title) is not None else f"\n{boundaries.SONG}"
    if line.endswith("\\"):
        line = line[:-1]
    whole = _WHOLE_LINE.fullmatch(line.strip())
    if whole:
        label = whole.group(2).strip(" :[]()")
        line = f"[{label}]" if kind_of(label) is not None else whole.group(2)
    if "**" in line or "__" in line or "~~" in line:
        line = _STRONG.sub(r"\2", line)
    if is_markdown:
        line = _LINK.sub(r"\1", line) if "](" in line else line
        if "*" in line or "_" in line:
            line = _EMPHASIS.sub(lambda match: match.group(1) or match.group(2), line)
        line = _ESCAPED.sub(r"\1", line) if "\\" in line else line
    removed["Markdown marks"] += line.rstrip() != before.rstrip()
    return line
