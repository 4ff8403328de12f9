"""The table of rights in the README, in the form that the tests use."""

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
HEADING = "| command or button | member | with Manage Server | operator |"
ROLES = ("member", "manager", "operator")
PLACES = ("server", "DM", "install")
"""A server that the bot is in; direct messages with it; anywhere else, for those who have installed it."""


@dataclass(frozen=True)
class Row:
    """A row of the table."""

    name: str
    allowed: dict[str, frozenset[str]]
    """Where each role may use it."""


def rows() -> list[Row]:
    """Return the table, with a row for each command or button, even where one line names several."""
    lines = iter(README.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line == HEADING:
            break
    else:
        raise AssertionError(f"the README has no table that begins with {HEADING!r}")
    next(lines)
    table = []
    for line in lines:
        if not line.startswith("|"):
            break
        named, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
        allowed = {role: _places(cell) for role, cell in zip(ROLES, cells, strict=True)}
        table += [Row(name, allowed) for name in re.findall(r"`([^`]+)`|\*([^*]+)\*", named) for name in name if name]
    return table


def _places(cell: str) -> frozenset[str]:
    words = [re.sub(r" \(.*\)", "", part.strip()) for part in cell.split(",")]
    places = set(PLACES) if words == ["everywhere"] else set() if words == ["–"] else set(words)
    assert places <= set(PLACES), f"no places: {cell!r}"
    return frozenset(places)
