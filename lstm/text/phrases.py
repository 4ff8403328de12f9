"""How facts are put into sentences for people: English templates, which a caller may have translated."""

from typing import Protocol


class Say(Protocol):
    """Fills in a template, `say("{count:,} songs", count=3_000)`.

    One that translates looks the template up first, and writes figures, which have a format, as its language does.
    """

    def __call__(self, english: str, /, **values: object) -> str:
        """Return the sentence."""


def in_english(english: str, /, **values: object) -> str:
    """Fill in a template as it stands."""
    return english.format(**values) if values else english


def size(count: int) -> str:
    """Return a number of bytes as people write it."""
    if count < 1_000:
        return "1 byte" if count == 1 else f"{count} bytes"
    return f"{count / 1_000:,.0f} KB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"
