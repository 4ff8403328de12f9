"""From files and folders to songs.

`read_corpus` understands whatever dress the songs come in (`lstm.text.dresses`); `read_plainly` takes a file as it is.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from lstm.text.cleaning import clean
from lstm.text.dresses import CONTAINERS, DRESSES
from lstm.text.encodings import decode
from lstm.text.errors import CorpusError
from lstm.text.near_copies import near_copies
from lstm.text.songs import SONG_BREAK, songs_of
from lstm.text.understanding import Understood, understand

TEXT_SUFFIXES = frozenset(
    (".txt", ".text", *(suffix for dress in (*CONTAINERS, *DRESSES) for suffix in dress.suffixes))
)
"""Of files that are read from a folder, as are those without a suffix; others are skipped."""

_Read = TypeVar("_Read")


def read_corpus(paths: Iterable[Path], most: float = math.inf) -> Understood:
    """All songs of the files, and of the text files below the folders, without the dresses that they came in.

    Of files with more than ``most`` bytes together only passages are read, from each as much as its part of them.

    Raises:
        CorpusError: a path that is missing, unreadable or not text, or nothing to read in all of them.
    """
    paths = list(paths)
    size = sum(file.stat().st_size for file in _files_of(paths) if file.is_file())
    share = min(1.0, most / max(1, size))

    def understand_if_any(data: bytes) -> Understood:
        """What is understood of a file; a blank one has no songs, which is no error if there are others."""
        most = math.inf if share == 1 else share * len(data)
        return understand(data, most) if data.strip() else Understood((), "utf-8")

    files = _read_all(paths, understand_if_any)
    songs = tuple(song for file in files for song in file.songs)
    if not songs:
        raise _nothing_in(paths)
    removed = Counter[str]()
    for file in files:
        removed.update(file.removed)
    return Understood(
        songs=songs,
        encoding=", ".join(dict.fromkeys(file.encoding for file in files)),
        dresses=tuple(dict.fromkeys(dress for file in files for dress in file.dresses)),
        removed=dict(removed),
        near_copies=files[0].near_copies if len(files) == 1 else len(near_copies([song.text for song in songs])),
        left_out=sum(file.left_out for file in files),
    )


def read_plainly(paths: Iterable[Path]) -> str:
    """The text of the files, and of the text files below the folders: decoded and cleaned, with nothing taken off.

    For texts that are measured, or that are known to be clean.

    Raises:
        CorpusError: as `read_corpus`.
    """
    paths = list(paths)
    songs = [song for text in _read_all(paths, lambda data: clean(decode(data).text)) for song in songs_of(text)]
    if not songs:
        raise _nothing_in(paths)
    return SONG_BREAK.join(songs)


def _nothing_in(paths: list[Path]) -> CorpusError:
    return CorpusError(f"There is no text in {', '.join(map(str, paths)) or 'no file'}.")


def _read_all(paths: Iterable[Path], read: Callable[[bytes], _Read]) -> list[_Read]:
    results = []
    for file in _files_of(paths):
        try:
            results.append(read(file.read_bytes()))
        except OSError as error:
            raise CorpusError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None
        except CorpusError as error:
            raise CorpusError(f"{file}: {error}") from None
    return results


def _files_of(paths: Iterable[Path]) -> list[Path]:
    return [file for path in paths for file in (_files_below(path) if path.is_dir() else [path])]


def _files_below(folder: Path) -> list[Path]:
    """The text files below a folder in order of name, without hidden ones."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in TEXT_SUFFIXES | {""})
    return [p for p in files if not any(part.startswith(".") for part in p.relative_to(folder).parts)]
