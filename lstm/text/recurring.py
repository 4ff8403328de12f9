"""What recurs from song to song and is not sung: titles above, credits and notices below."""

import re
from collections import Counter
from dataclasses import dataclass, replace

from lstm.text.songs import Song, Stanza

FEWEST_SONGS = 3
_MOST_TITLE_LETTERS = 90
_TITLED_SHARE = 0.7
_RECURRING_SHARE = 0.5
_FEWEST_RECURRING = 3
_FEWEST_PAGES = 4
_PAGE_SHARE = 0.8
_MOST_PEELED = 12
_FEWEST_LINES_LEFT = 2
_LEAST_LEFT = 0.6
"""Of the letters: songs that lose more are themselves alike."""
_MOST_NOTICE_LINES = 4
"""Of a stanza at an edge whose lines may be notices."""
_MOST_HEADING_LINES = 3
_NAME = r"(?:[A-Z0-9][\w.'’-]{0,30}|&|\+|/|and|of|de|la|van|von|feat\.|ft\.)"
NAMES = rf"{_NAME}(?:,? {_NAME}){{0,16}}"
"""A pattern of names of people, bands and songs, one or several."""
_BY_WHOM = (
    "lyrics?|words|music|text|written|composed|produced|songs?|sung|performed|recorded|arranged"
    r"|(?:song)?writers?(?:\(s\))?|composer\(s\)|composers?|authors?|publishers?|transcribed|submitted|corrected|posted|uploaded|contributed|translated"
)
_FIELD = (
    "Source|Artist|Title|Track|Album|Year|Genre|Label|Released?|Release date|Length|Duration|ISRC|BPM|Key|Song|Singer"
    "|Band|Lyrics|Date|By"
)
_CREDITS = (
    rf"(?i:{_BY_WHOM})(?i:,? (?:and|&|/)? ?(?:{_BY_WHOM}))? ?(?i:by|:|：|©|\(c\))[:：]? ?{NAMES}[.,]?"
    r"(?i: all rights reserved\.?| \(?c?\)?.{0,60})?",
    r"(?i:lyrics (?:licensed|provided|powered|courtesy)\b.{0,100})",
    r"(?i:(?:©|\(c\)|℗|copyright (?:©|\(c\)|\d{4}|by\b)).{0,150}|.{0,100}\ball rights reserved\b.{0,60})",
    r"(?i:.{0,60}\blyrics (?:provided|powered|licensed) (?:by|&|and)\b.{0,80}|submit corrections|embed|more on genius)",
    r"(?i:(?:full |song )?lyrics:)",
    r"(?i:thanks to .{1,60} for (?:adding|correcting|submitting|these|the)\b.{0,60}|advertisement)",
    r"(?:作词|作曲|编曲|詞|曲|词|制作人|作詞|編曲)\s?[:：].{1,60}",
    r"(?i:see also:.{0,80}|usage of .{3,60} content.{0,150}|.{0,40}azlyrics.{0,40})",
)
_FIELD_LINE = re.compile(rf"(?:{_FIELD}) ?: ?.{{1,100}}")
_FIELDS_SHARE = 0.5
_CREDIT = re.compile("|".join(_CREDITS))
_TITLE_NUMBER = re.compile(r"(?:\d{1,4}|[IVXLC]{1,8})(?:[.):]| -|$)")


@dataclass(frozen=True)
class WithoutRecurring:
    """Songs without what recurs in them, and how many lines of each kind went."""

    songs: tuple[Song, ...]
    removed: Counter[str]


def take_off(songs: list[Song]) -> WithoutRecurring:
    """Take titles and credits off the songs."""
    removed = Counter[str]()
    # "Title: none, and the pages are blank" is sung, unless most songs have such fields, or several of them.
    with_fields = sum(_FIELD_LINE.fullmatch(song.lines[0][:250]) is not None for song in songs if song.lines)
    are_fields = with_fields >= max(2, _FIELDS_SHARE * len(songs))
    bare = [_without_credits(song, are_fields, removed) for song in songs]
    bare = [song for song in bare if song.stanzas]
    bare = _without_page_texts(bare, removed)
    for _ in range(2):  # a number and a title
        bare = _without_titles(bare, removed)
    bare = _without_recurring_lines(bare, removed)
    return WithoutRecurring(tuple(song for song in bare if song.stanzas), removed)


# Credits -------------------------------------------------------------------------------------------------------------


def _without_credits(song: Song, are_fields: bool, removed: Counter[str]) -> Song:
    """The song without lines of credits at its beginning and end."""
    lines = song.lines
    first = _leading_credits(lines, are_fields)
    last = _leading_credits(lines[:first:-1], are_fields) if first < len(lines) else 0
    if not first + last:
        return song
    removed["credits"] += first + last
    kept = range(first, len(lines) - last)
    stanzas: list[Stanza] = []
    place = 0
    for stanza in song.stanzas:
        inside = tuple(line for k, line in enumerate(stanza.lines, place) if k in kept)
        place += len(stanza.lines)
        if inside:
            stanzas.append(replace(stanza, lines=inside))
    return Song(tuple(stanzas))


def _leading_credits(lines: list[str], are_fields: bool) -> int:
    """How many of the lines, from the first on, are credits."""
    fields = notices = 0
    for line in lines:
        line = line[:251].strip(" *_-()[]")
        if len(line) > 250:
            break
        if _CREDIT.fullmatch(line):
            notices += 1
        elif _FIELD_LINE.fullmatch(line):
            fields += 1
        else:
            break
    return notices + fields if fields > 1 or are_fields else notices


# Titles --------------------------------------------------------------------------------------------------------------


def _without_titles(songs: list[Song], removed: Counter[str]) -> list[Song]:
    """Where most songs begin with a line that stands alone, those lines are titles, if they look like it."""
    if len(songs) < FEWEST_SONGS:
        return songs
    alone = [len(song.stanzas) > 1 and len(song.stanzas[0].lines) == 1 for song in songs]
    if sum(alone) >= _TITLED_SHARE * len(songs):
        result = []
        for song, has_title in zip(songs, alone, strict=True):
            if has_title and _looks_like_title(song.stanzas[0].lines[0]):
                removed["titles"] += 1
                song = Song(song.stanzas[1:])
            result.append(song)
        return result
    return _without_titles_above(songs, removed)


def _without_titles_above(songs: list[Song], removed: Counter[str]) -> list[Song]:
    """Titles right above the first line: in capitals, quotes or with a number, in most songs and nowhere else."""
    marked = [len(song.lines) > 2 and _is_marked_title(song.stanzas[0].lines[0], song.lines[1:3]) for song in songs]
    if sum(marked) < _TITLED_SHARE * len(songs):
        return songs
    result = []
    for song, has_title in zip(songs, marked, strict=True):
        if has_title:
            removed["titles"] += 1
            first = replace(song.stanzas[0], lines=song.stanzas[0].lines[1:])
            song = Song((*((first,) if first.lines else ()), *song.stanzas[1:]))
        result.append(song)
    return result


def _looks_like_title(line: str) -> bool:
    return (len(line) <= _MOST_TITLE_LETTERS and not line.rstrip().endswith((",", ";", ":", "--", "."))) or bool(
        _TITLE_NUMBER.fullmatch(line.strip())
    )


def _is_marked_title(line: str, following: list[str]) -> bool:
    if len(line) > _MOST_TITLE_LETTERS:
        return False
    if line.isupper() and not any(other.isupper() for other in following):
        return True
    return _TITLE_NUMBER.match(line) is not None and not any(_TITLE_NUMBER.match(other) for other in following)


# What a page puts around each song ------------------------------------------------------------------------------------


def _without_page_texts(songs: list[Song], removed: Counter[str]) -> list[Song]:
    """Lines at the edges of nearly all songs that are the same, or begin or end alike, are of the page around them.

    "Mara Quill Lyrics", "2 hr. ago", "Read more: Mara Quill - Slow Weather": they are peeled off one after the other.
    """
    if len(songs) < _FEWEST_PAGES:
        return songs
    peeled, count = songs, 0
    for _ in range(_MOST_PEELED):
        rest = _peeled(_peeled(peeled, 0), -1)
        gone = sum(len(song.lines) for song in peeled) - sum(len(song.lines) for song in rest)
        if not gone:
            if count:
                removed["recurring notices"] += count
            return peeled
        if any(len(song.lines) < _FEWEST_LINES_LEFT for song in rest) or _letters(rest) < _LEAST_LEFT * _letters(songs):
            break
        peeled, count = rest, count + gone
    return songs  # the same song again and again


def _letters(songs: list[Song]) -> int:
    return sum(len(line) for song in songs for line in song.lines)


def _peeled(songs: list[Song], edge: int) -> list[Song]:
    """The songs without the line, or the heading, at one edge that nearly all have."""
    places = [_places_of_notices(song, edge) for song in songs]
    keys = Counter(key for song, lines in zip(songs, places, strict=True) for key in _all_keys(song, edge, lines))
    recurring = {key for key, n in keys.items() if n >= _PAGE_SHARE * len(songs)}
    if not recurring:
        return songs
    return [
        _without_edge(song, edge, [k for k in lines if _keys(song, edge, k) & recurring])
        for song, lines in zip(songs, places, strict=True)
    ]


def _places_of_notices(song: Song, edge: int) -> list[int]:
    """Which lines of the stanza at an edge may be notices: the outermost one, and below a title the next ones."""
    if len(song.stanzas) < 2 or len(song.stanzas[edge].lines) > _MOST_NOTICE_LINES:
        return []
    size = len(song.stanzas[edge].lines)
    return list(range(size if size <= _MOST_HEADING_LINES else 1)) if edge == 0 else [size - 1]


def _all_keys(song: Song, edge: int, places: list[int]) -> set[str]:
    return {key for k in places for key in _keys(song, edge, k)}


def _keys(song: Song, edge: int, place: int) -> set[str]:
    """What a line has in common with lines of the same template: all of it, or how it begins or ends."""
    essence = _essence(song.stanzas[edge].lines[place][:500])
    words = essence.split()
    keys = {essence}
    if len(words) > 2 and (edge or not place):
        keys |= {" ".join(words[:2]) + " ...", "... " + " ".join(words[-2:])}
        keys |= {"... lyrics"} if words[-1] == "lyrics" else set()
    return keys


def _without_edge(song: Song, edge: int, notices: list[int]) -> Song:
    if not notices:
        return song
    stanza = song.stanzas[edge]
    # A notice at the top has the title above it; one at the bottom stands alone.
    kept = stanza.lines[notices[-1] + 1 :] if edge == 0 else stanza.lines[:-1]
    inner = song.stanzas[1:] if edge == 0 else song.stanzas[:-1]
    rest = (replace(stanza, lines=kept),) if kept else ()
    return Song((*rest, *inner) if edge == 0 else (*inner, *rest))


# Lines that recur ----------------------------------------------------------------------------------------------------


def _without_recurring_lines(songs: list[Song], removed: Counter[str]) -> list[Song]:
    """Stanzas of one line that begin or end most songs with the same words are notices, not refrains."""
    if len(songs) < FEWEST_SONGS:
        return songs
    edges = Counter(line for song in songs for line in _edge_lines(song))
    fewest = max(_FEWEST_RECURRING, _RECURRING_SHARE * len(songs))
    notices = {line for line, n in edges.items() if n >= fewest}
    if not notices:
        return songs
    return [_without_notices(song, notices, removed) for song in songs]


def _edge_lines(song: Song) -> set[str]:
    """The lines that stand alone at the song's beginning and end, without digits: counts and dates vary."""
    if len(song.stanzas) < 2:
        return set()
    edges = (song.stanzas[0], song.stanzas[-1])
    return {
        _essence(stanza.lines[0]) for stanza in edges if len(stanza.lines) == 1 and len(stanza.lines[0].split()) > 1
    }


def _without_notices(song: Song, notices: set[str], removed: Counter[str]) -> Song:
    def is_notice(stanza: Stanza) -> bool:
        return len(stanza.lines) == 1 and _essence(stanza.lines[0]) in notices

    stanzas = list(song.stanzas)
    for edge in (0, -1):
        while len(stanzas) > 1 and is_notice(stanzas[edge]):
            stanzas.pop(edge)
            removed["recurring notices"] += 1
    return Song(tuple(stanzas))


def _essence(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold())
