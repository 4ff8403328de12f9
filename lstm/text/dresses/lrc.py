"""LRC, with times by line ("[00:12.30]") and by word ("<00:12.30>"), and its tags ("[ti:Title]")."""

import re
import statistics
from dataclasses import dataclass
from itertools import pairwise

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_TIME = re.compile(r"\[(\d{1,3}):(\d{2})(?:[.:](\d{1,3}))?\]")
_TIMED_LINE = re.compile(r"(?:\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\] ?){1,40}")
_WORD_TIME = re.compile(r"( ?)[<\[]\d{1,3}:\d{2}(?:[.:]\d{1,3})?[>\]]( ?)")
_TAG = re.compile(
    r"\[(?:ti|ar|al|au|lr|by|offset|length|re|ve|tool|la|id|kana|#|encoding|total|sign|qq|hash)\s?:[^\]]{0,300}\]", re.I
)
_NAMED = re.compile(r"\[(ti|ar)\s?:\s?([^\]]{1,200})\]", re.IGNORECASE)
_SINGER = re.compile(r"[FMDfmd]: ")
_LEAST_SHARE = 0.3
MOST_TITLES = 3
_LONG_GAP_SECONDS = 8.0
_LONG_GAP = 2.5


@dataclass(frozen=True)
class _Timed:
    seconds: float
    words: str


def take_off(text: str) -> Undressed | None:
    """Lines in the order of their times; an empty time, or a long silence, ends a stanza."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip() and line[0] not in boundaries.ALL]
    timed = sum(_TIMED_LINE.match(line.lstrip()[:40]) is not None for line in filled)
    if timed < 3 or timed < _LEAST_SHARE * len(filled):
        return None
    songs, tags = _songs(lines)
    named = [(kind.lower(), name.strip()) for kind, name in _NAMED.findall(text)]
    titles, artists = ({name for kind, name in named if kind == wanted} for wanted in ("ti", "ar"))
    if titles:
        songs = [part if isinstance(part, str) else _without_titles(part, titles, artists) for part in songs]
    parts = [part if isinstance(part, str) else _text(part) for part in songs if part != []]
    return Undressed("\n".join(parts), {"times": timed, "tags": tags} if tags else {"times": timed})


def _songs(lines: list[str]) -> tuple[list[list[_Timed] | str], int]:
    """Runs of timed lines, with the other lines between them, and how many tags were left out."""
    parts: list[list[_Timed] | str] = []
    tags = 0
    run: list[_Timed] = []
    is_head = False
    for line in lines:
        stripped = line.strip()
        match = _TIMED_LINE.match(stripped)
        times = (
            [int(m) * 60 + int(s) + float(f"0.{f or 0}") for m, s, f in _TIME.findall(match.group())] if match else []
        )
        if _TAG.fullmatch(stripped):
            tags += 1
            parts += [] if is_head else [run, boundaries.SONG]
            run, is_head = ([], True) if not is_head else (run, True)
            continue
        if not stripped:
            if run and not is_head:
                run.append(_Timed(run[-1].seconds, ""))
            elif not is_head:
                parts.append("")
            continue
        is_head = False
        if match is None:
            parts += [run, _without_word_times(line)]
            run = []
            continue
        if run and len(times) == 1 and times[0] < run[-1].seconds - 60:
            parts += [run, boundaries.SONG]
            run = []
        words = _without_word_times(stripped[match.end() :])
        words = words if any(map(str.isalnum, words)) else ""  # a note is sung by nobody
        run += [_Timed(seconds, words) for seconds in times]
    parts.append(run)
    return parts, tags


def _without_titles(run: list[_Timed], titles: set[str], artists: set[str]) -> list[_Timed]:
    """A song without the title and artist that stand above its words."""
    for k, line in enumerate(run[:MOST_TITLES]):
        parts = [part.strip() for part in line.words.split(" - ")]
        if line.words and not (set(parts) <= titles | artists and titles.intersection(parts)):
            return run[k:]
    return run


def _without_word_times(line: str) -> str:
    """The words of a line; a space on either side of a time is one between words."""
    line = _WORD_TIME.sub(lambda match: " " if match.group(1) or match.group(2) else "", line).strip()
    return _SINGER.sub("", line) if _SINGER.match(line) else line


def _text(run: list[_Timed]) -> str:
    ordered = sorted(run, key=lambda line: line.seconds)  # stable: lines with several times go where they are sung
    has_pauses = any(not line.words for line in ordered)
    gaps = [b.seconds - a.seconds for a, b in pairwise(ordered)]
    limit = max(_LONG_GAP_SECONDS, _LONG_GAP * statistics.median(gaps)) if gaps else 0.0
    lines: list[str] = []
    for k, line in enumerate(ordered):
        if line.words or lines:
            lines.append(line.words)
        if not has_pauses and k < len(gaps) and gaps[k] > limit:
            lines.append("")
    return "\n".join(lines)
