"""Colours of messages: the bot's own, and one per artist that never changes."""

import colorsys
import hashlib

import discord

OWN = discord.Colour(0x8E5BD0)

_LIGHTNESS, _SATURATION = 0.58, 0.55
"""Readable on Discord's dark and light themes."""
_FIRST_HUE, _LAST_HUE = 25 / 360, 320 / 360
"""Between orange and purple pink: a red edge would look like an error."""


def colour_of(artist: str) -> discord.Colour:
    """Return the colour of an artist; the case of its name does not matter."""
    digest = hashlib.sha256(artist.strip().casefold().encode("utf-8", "replace")).digest()
    hue = _FIRST_HUE + (_LAST_HUE - _FIRST_HUE) * int.from_bytes(digest[:2]) / 2**16
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, _LIGHTNESS, _SATURATION))
    return discord.Colour.from_rgb(red, green, blue)
