"""Public-domain verse that ships with the tests; see README.md beside this file."""

from pathlib import Path

FOLDER = Path(__file__).parent
ARTISTS = ("burns", "cowboy", "dickinson")


def path_of(artist: str) -> Path:
    """The file of one of `ARTISTS`."""
    return FOLDER / f"{artist}.txt"


def verse(artist: str) -> str:
    """The songs of one of `ARTISTS`: two blank lines between songs, one between stanzas."""
    return path_of(artist).read_text("utf-8")


def all_verse() -> str:
    """The songs of all artists, 58 KB."""
    return "\n\n".join(map(verse, ARTISTS))
