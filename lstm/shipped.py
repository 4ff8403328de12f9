"""The artists that come with the bot."""

from pathlib import Path

ARTISTS = {
    "corner-store-kid": "rap from the corner store",
    "gravel-and-rain": "country songs about roads, farms and rain",
    "harbour-lights": "ballads of a harbour town",
    "loud-neighbours": "short, loud songs about the neighbours",
    "neon-static": "city nights, taxis and neon",
    "saturday-june": "summer pop for a Saturday",
    "tavern-crew": "tavern songs about dragons, space and games",
    "velvet-hour": "slow soul for the late hours",
}
"""Their names, each with what it sings."""
CHECKOUT_DATA = Path(__file__).parents[1] / "data"
"""Where their texts and models are in a checkout, under version control."""
