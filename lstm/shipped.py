"""The artists that come with the bot."""

from pathlib import Path

ARTISTS = {
    "corner-store-kid": "rap from around the corner store",
    "gravel-and-rain": "country songs of roads, farms and rain",
    "harbour-lights": "ballads of a harbour town",
    "loud-neighbours": "loud and short songs about next door",
    "neon-static": "city nights, taxis and neon",
    "saturday-june": "summer pop for a Saturday",
    "tavern-crew": "tavern songs of dragons, space and games",
    "velvet-hour": "slow soul for late hours",
}
"""Their names, each with what it sings."""
CHECKOUT_DATA = Path(__file__).parents[1] / "data"
"""Where their texts and models are in a checkout, under version control."""
