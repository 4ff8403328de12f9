"""What taking off a dress gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Undressed:
    """A text without one of its dresses, and what went with it: kind -> count."""

    text: str
    removed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Dress:
    """One way in which songs come dressed.

    ``take_off`` gives the text without the dress, or None where the text does not wear it. It takes time in proportion
    to the text, and changes nothing but the dress.
    """

    name: str
    take_off: Callable[[str], Undressed | None]
    suffixes: tuple[str, ...] = ()
    """Of the files that come in it, beside those of plain text; in small letters, with the dot."""
