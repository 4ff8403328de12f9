"""CSV and TSV: a column of song texts, or of single lines beside the title of their song."""

import csv
import io
import re
import statistics
from collections.abc import Sequence
from itertools import pairwise

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_ENTITY = re.compile(r"&#?\w{1,10};")
_DASHES = re.compile(r"^\|(?: ?:?-{2,40}:? ?\|){1,40}$", re.MULTILINE)
_DELIMITERS = ",\t;|"
_HEADER_NAMES = frozenset(
    "artist artists singer song songs title track track_title track_name song_title name link url text lyric lyrics"
    " album year id genre date line verse tag language rank popularity source index words songtext body"
    " song_id track_id line_no line_number lyric_line lyrics_line text_line no nr".split()
)
_TEXT_NAMES = frozenset(
    "text lyric lyrics words songtext song_text body verse content lyric_line lyrics_line line".split()
)
_TITLE_NAMES = ("track_title", "track_name", "song_title", "song", "title", "track", "name", "id", "song_id")
_SAMPLE_RECORDS = 200
_LEAST_CONSISTENT = 0.9

_Rows = list[list[str]]


def take_off(text: str) -> Undressed | None:
    """The text column, found by its content and its name, record by record."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    piped = _piped(text)
    if piped:
        return Undressed(boundaries.join_songs(piped), {"table rows": len(piped)})
    for delimiter in _DELIMITERS:
        if delimiter not in text[:100_000] or (delimiter == ";" and len(_ENTITY.findall(text)) > text.count(";") / 2):
            continue
        rows = _rows(text, delimiter)
        if rows is not None:
            songs = _songs(rows)
            if songs:
                return Undressed(boundaries.join_songs(songs), {"table rows": len(songs)})
    return None


def _piped(text: str) -> list[str] | None:
    """The songs of a Markdown table: cells between bars, with a row of dashes under the header."""
    if not _DASHES.search(text[:5_000]):
        return None
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    barred = [line for line in lines if line[0] == "|" and line[-1] == "|" and not _DASHES.fullmatch(line)]
    if len(barred) < _LEAST_CONSISTENT * (len(lines) - 1):
        return None
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in barred]
    return _songs([row for row in rows if len(row) == len(rows[0])], is_table=True)


def _rows(text: str, delimiter: str) -> _Rows | None:
    """The records, where nearly all have as many cells as the first; None where it is no table."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: _Rows = []
    width = 0
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            width = width or len(row)
            rows.append(row)
            if len(rows) == 1 and delimiter == "|" and not _has_header(row):
                return None  # tablature, or lines with bars between them
            if len(rows) == _SAMPLE_RECORDS and not _is_table(rows, width):
                return None
    except csv.Error:
        return None
    return [row for row in rows if len(row) == width] if _is_table(rows, width) else None


def _is_table(rows: _Rows, width: int) -> bool:
    if width < 2 or len(rows) < 2:
        return False
    consistent = sum(len(row) == width for row in rows) / len(rows)
    if _has_header(rows[0]):
        return consistent >= _LEAST_CONSISTENT
    has_long_cells = sum(any("\n" in cell for cell in row) for row in rows) >= 0.5 * len(rows)
    return consistent >= _LEAST_CONSISTENT and (has_long_cells or (width >= 3 and len(rows) >= 10))


def _has_header(row: Sequence[str]) -> bool:
    names = [_name(cell) for cell in row]
    known = sum(name in _HEADER_NAMES for name in names)
    return known >= 2 or (known >= 1 and len(names) == 2 and all(len(name) < 30 for name in names))


def _name(cell: str) -> str:
    return cell.strip("\ufeff \"'").casefold().replace(" ", "_")


def _songs(rows: _Rows, *, is_table: bool = False) -> list[str]:
    header = [_name(cell) for cell in rows[0]] if is_table or _has_header(rows[0]) else None
    body = rows[1:] if header else rows
    if not body:
        return []
    names: list[str | None] = list(header) if header else [None] * len(body[0])
    column = max(range(len(body[0])), key=lambda k: _text_weight([row[k] for row in body], names[k]))
    cells = [row[column] for row in body]
    if not _text_weight(cells, names[column]):
        return []
    by_title = _group_of_lines(body, cells, header)
    if is_table and not by_title and not any("<br" in cell for cell in cells):
        return ["\n".join(cells)]
    return [song for song in (by_title or cells) if song.strip()]


def _text_weight(cells: Sequence[str], name: str | None) -> float:
    """How much a column looks like lyrics: long, with several words and lines, and a fitting name."""
    words = [cell.count(" ") + cell.count("\n") for cell in cells]
    if statistics.fmean(words) < 2 or sum("://" in cell[:12] for cell in cells) > len(cells) / 2:
        return 0.0
    return statistics.fmean(map(len, cells)) * (4.0 if name in _TEXT_NAMES else 1.0)


def _group_of_lines(body: _Rows, cells: list[str], header: list[str] | None) -> list[str] | None:
    """Songs put together of rows that hold one line each; None where a row is a song."""
    if header is None or any("\n" in cell for cell in cells) or statistics.fmean(map(len, cells)) > 120:
        return None
    for name in _TITLE_NAMES:
        if name not in header:
            continue
        titles = [row[header.index(name)] for row in body]
        changes = 1 + sum(a != b for a, b in pairwise(titles))
        if changes <= len(titles) / 4:
            songs: list[list[str]] = []
            for k, (title, cell) in enumerate(zip(titles, cells, strict=True)):
                if k == 0 or title != titles[k - 1]:
                    songs.append([])
                songs[-1].append(cell)
            return ["\n".join(song) for song in songs]
    return None
