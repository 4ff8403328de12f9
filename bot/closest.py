"""Finds the name that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_ALIKE = 0.75
"""How similar two names must be for one to be suggested instead of the other; 1: identical."""


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the most similar of some names; None if none is similar enough."""
    return next(iter(get_close_matches(name, list(names), 1, _ALIKE)), None)
