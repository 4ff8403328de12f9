"""The files of base models: those of this release, and those of earlier ones that are kept for their artists.

An artist is a small difference from the base that it was trained on, and worthless without it. So a program that keeps
artists also keeps their bases (`keep_base`): they still sing when a later release brings another one.
"""

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from lstm.model.atomic_write import write_atomically

_SUFFIX = ".safetensors"
_BASE = f"base{_SUFFIX}"
_HASH = re.compile("[0-9a-f]{64}")
_kept: list[Path] = []
"""Folders in which bases of earlier releases lie, each in a folder that is named by its hash."""


def also_look_in(folder: Path) -> None:
    """Look for bases of earlier releases in a folder that `keep_base` fills; it need not exist yet."""
    if folder not in _kept:
        _kept.append(folder)


def keep_base(folder: Path) -> Path | None:
    """Copy the base of this release, with the files that belong to it, to a folder, unless the same are there.

    Returns:
        The copy of the base if it was there, but damaged, and has been replaced. The files beside it are only brought
        up to date: another release of the same base may have other ones.

    Raises:
        OSError: the folder cannot be written to.
    """
    released = {file.name: file.read_bytes() for file in _released()}
    base = released.get(_BASE)
    if base is None:
        return None
    copies = folder / hashlib.sha256(base).hexdigest()
    copy = copies / _BASE
    is_damaged = copy.exists() and not _holds(copy, base)
    for name, data in released.items():
        if not _holds(copies / name, data):
            write_atomically(copies / name, data)
    return copy if is_damaged else None


def damaged_bases(folder: Path) -> list[Path]:
    """The copies in a folder that `keep_base` fills which are not, or no longer, the base that they are named for."""
    copies = [copy / _BASE for copy in sorted(folder.glob("*")) if _HASH.fullmatch(copy.name)]
    return [copy for copy in copies if _sha256(copy) != copy.parent.name]


def base_file(sha256: str) -> bytes | None:
    """The file of the base with a hash; None if there is none, or it is damaged."""
    if not _HASH.fullmatch(sha256):  # as a file of unknown origin may say: it would be part of a path
        return None
    for file in [*_released(), *(folder / sha256 / _BASE for folder in _kept)]:
        if file.is_file() and hashlib.sha256(data := file.read_bytes()).hexdigest() == sha256:
            return data
    return None


def files_beside_base(name: str, sha256: str) -> Iterator[Traversable]:
    """The files of a name that lie beside this release's base, and beside the kept one with a hash."""
    for file in [_folder() / name, *(folder / sha256 / name for folder in _kept)]:
        if file.is_file():
            yield file


def _holds(file: Path, data: bytes) -> bool:
    try:
        return file.stat().st_size == len(data) and file.read_bytes() == data
    except OSError:
        return False


def _sha256(file: Path) -> str | None:
    """The hash of a file; None if it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def _folder() -> Traversable:
    return files("lstm") / "pretrained"


def _released() -> list[Traversable]:
    return [file for file in _folder().iterdir() if file.name.endswith(_SUFFIX)]
