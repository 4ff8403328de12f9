"""Pages of Genius as scrapers save them: "84 ContributorsTitle Lyrics[Verse 1]...", adverts in between, "12Embed"."""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_HEAD = re.compile(r"\d{1,5} Contributors?(?=\S|$)")
_TITLE_END = re.compile(r" Lyrics(?=\[|\(|\"|\S|$)")
_READ_MORE = re.compile(r"(?:… |\.\.\. ?)Read More\s?")
_LONGEST_HEAD = 2_000
_BARE_TITLE = re.compile(r"[^\n\[\]]{1,100}? Lyrics(?=\[[^\]\n]{1,80}\])")
_TITLE_LINE = re.compile(
    r"(^|\n)[^\n\[\]]{1,100} Lyrics\n{1,2}(?=\[(?:Verse|Chorus|Intro|Hook|Pre|Produced|Refrain|Bridge))"
)
"""Where a scraper put a line end behind the title."""
_EMBED = re.compile(r"(\d{1,3}(?:\.\d)?K|\d{1,5}|)Embed$")
_ENDS_WITH_NUMBER = re.compile(r"(?:[ #$]|\d-)$")
_LIKE = "You might also like"
_TICKETS = re.compile(
    r"See (?:(?!See )[^\n]){1,80}? Live\s?Get tickets as low as \$\d{1,4}|Get tickets as low as \$\d{1,4}"
)
_LIVE_LINE = re.compile(r"See [^\n]{1,80} Live")
_GLUED_HEADER = re.compile(
    r"(?<=[^\s\[(])(?=\[(?:Verse|Chorus|Pre|Post|Bridge|Hook|Intro|Outro|Refrain|Interlude|Part)\b)"
)
_CHROME = frozenset(
    (
        "share url",
        "copy",
        "embed",
        "copy embed",
        "how to format lyrics:",
        "translations",
        "read more",
        "see upcoming pop shows",
    )
)


def take_off(text: str) -> Undressed | None:
    """Title lines begin songs; adverts, "You might also like" and the count before "Embed" go."""
    if not _has_signs(text):
        return None
    removed = Counter[str]()
    lines: list[str] = []
    text, titles = _TITLE_LINE.subn(f"\\1\n{boundaries.SONG}\n", text)
    if titles:
        removed["page titles"] = titles
    for line in text.split("\n"):
        for part in _GLUED_HEADER.sub("\n", _without_head(line, lines, removed)).split("\n"):
            kept = _without_ads(part, removed)
            if kept.strip() or not part.strip():
                lines.append(kept)
    return Undressed(boundaries.divide_at_marks_only("\n".join(lines)), dict(removed)) if removed else None


def _has_signs(text: str) -> bool:
    if _HEAD.search(text) or _TICKETS.search(text):
        return True
    if " Lyrics\n" in text and _TITLE_LINE.search(text):
        return True
    embeds = len(re.findall(r"\S\d{0,5}Embed$", text, re.MULTILINE))
    return (
        embeds > 0
        or f"{_LIKE}[" in text
        or text.count(_LIKE) >= 3
        or (" Lyrics[" in text and _BARE_TITLE.search(text) is not None)
    )


def _without_head(line: str, lines: list[str], removed: Counter[str]) -> str:
    """What is left of a line behind a page's head; a mark is left in its place."""
    head = _HEAD.match(line)
    if head:
        title = _TITLE_END.search(line, head.end(), _LONGEST_HEAD)
        if title is None:
            return line
        end = title.end()
        more = _READ_MORE.search(line, end, end + _LONGEST_HEAD)
        end = more.end() if more else end
    else:
        bare = _BARE_TITLE.match(line) if " Lyrics[" in line else None
        if bare is None:
            return line
        end = bare.end()
    removed["page titles"] += 1
    lines += ["", boundaries.SONG]
    return line[end:].lstrip()


def _without_ads(line: str, removed: Counter[str]) -> str:
    if line.strip().casefold() in _CHROME:
        removed["page texts"] += 1
        return ""
    if "tickets" in line:
        line, n = _TICKETS.subn("", line)
        removed["adverts"] += n
    if _LIVE_LINE.fullmatch(line.strip()) and removed["page titles"]:
        removed["adverts"] += 1
        return ""
    embed = _EMBED.search(line) if line.endswith("Embed") else None
    if embed:
        before = line[: embed.start()]
        removed["'Embed' marks"] += 1
        # "the summer of 69Embed": a number behind a space is the last word of the song.
        line = before + embed.group(1) if _ENDS_WITH_NUMBER.search(before) else before
    if _LIKE in line:
        before, _, after = line.rpartition(_LIKE)
        if not before.endswith(" ") and (not after or after[0] in "[("):
            removed["adverts"] += 1
            line = before + ("\n" if before.strip() and after.strip() else "") + after
    return line
