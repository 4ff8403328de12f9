"""The artists that come with the bot."""

from pathlib import Path

ARTISTS = frozenset(
    {
        "corner-store-kid",
        "gravel-and-rain",
        "harbour-lights",
        "loud-neighbours",
        "neon-static",
        "saturday-june",
        "tavern-crew",
        "velvet-hour",
    }
)
CHECKOUT_DATA = Path(__file__).parents[1] / "data"
"""Where their texts and models are in a checkout, under version control."""
