"""Colours of messages: one for every artist, always the same, and the bot's own."""

import colorsys
import hashlib

import discord

OWN = discord.Colour(0x8E5BD0)

_LIGHTNESS, _SATURATION = 0.58, 0.55
"""Visible on black and on white: Discord is shown dark or light."""


def colour_of(artist: str) -> discord.Colour:
    """Return the colour of an artist, by its name without case."""
    digest = hashlib.sha256(artist.strip().casefold().encode("utf-8", "replace")).digest()
    hue = int.from_bytes(digest[:2]) / 2**16
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, _LIGHTNESS, _SATURATION))
    return discord.Colour.from_rgb(red, green, blue)
