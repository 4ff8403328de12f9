"""How much text an artist needs, and what to expect of less."""

from lstm.text.errors import CorpusError
from lstm.text.phrases import Say, in_english

FEWEST_CHARACTERS = 2_000
"""Shorter texts are refused."""
USABLE_CHARACTERS = 20_000
"""From a shorter text a model learns little, and beats the n-gram by chance only."""
GOOD_CHARACTERS = 50_000


def note_on_amount(characters: int, say: Say = in_english) -> str:
    """Say what to expect of a short text; empty for others."""
    if characters >= USABLE_CHARACTERS:
        return ""
    return say(
        "With only {characters:,} characters, expect songs that sound mostly like the base model. "
        "{usable:,} make a usable artist, {good:,} a good one.",
        characters=characters,
        usable=USABLE_CHARACTERS,
        good=GOOD_CHARACTERS,
    )


def check_amount(text: str) -> None:
    """Refuse a text that is too short to train on.

    Raises:
        CorpusError: it is.
    """
    if len(text) < FEWEST_CHARACTERS:
        raise CorpusError(
            f"The text has only {len(text):,} of the {FEWEST_CHARACTERS:,} characters that training needs."
        )
