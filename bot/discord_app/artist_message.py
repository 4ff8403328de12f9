"""How artists look on Discord: the list of them, and one with its model."""

from collections.abc import Sequence

import discord

from bot.discord_app import markdown
from bot.discord_app.message_body import MessageBody, NamedFile
from bot.discord_app.song_message import COLOUR
from bot.services import Artist, ArtistDetails, Version

_LONGEST_DESCRIPTION = 4096
_MOST_VERSIONS = 8
_CURVE_NAME = "curve.png"


def listed(artists: Sequence[Artist]) -> MessageBody:
    """Show the artists that can be asked for."""
    if not artists:
        return MessageBody(text="Nobody sings here yet. Members with Manage Server can `/train` an artist.")
    embed = discord.Embed(title="Artists", description=_fitting([_line(artist) for artist in artists]), colour=COLOUR)
    embed.set_footer(text="Bits per character on songs that the artist never saw: less is better.")
    return MessageBody(embeds=[embed])


def described(details: ArtistDetails) -> MessageBody:
    """Show one artist's model, its versions and the training curve."""
    artist = details.artist
    sings = next(version for version in details.versions if version.sings)
    embed = discord.Embed(title=_name(artist), colour=COLOUR, description=_whose(artist))
    embed.add_field(name="Model", value=f"{sings.parameters:,} parameters, {size(sings.weights_bytes)}")
    embed.add_field(name="Text", value="unknown" if artist.corpus_bytes is None else size(artist.corpus_bytes))
    embed.add_field(name="Held-out songs", value=_quality(sings), inline=False)
    versions = [_version(version) for version in details.versions[:_MOST_VERSIONS]]
    if len(details.versions) > _MOST_VERSIONS:
        versions.append(f"and {len(details.versions) - _MOST_VERSIONS} older ones")
    embed.add_field(name="Versions", value="\n".join(versions), inline=False)
    if details.curve_png is None:
        return MessageBody(embeds=[embed])
    embed.set_image(url=f"attachment://{_CURVE_NAME}")
    return MessageBody(embeds=[embed], files=[NamedFile(_CURVE_NAME, details.curve_png)])


def size(count: int) -> str:
    """Say a number of bytes as people do."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:,.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def _fitting(lines: list[str]) -> str:
    text = "\n".join(lines)
    while len(text) > _LONGEST_DESCRIPTION:
        shown = text.count("\n") if "\n… and " in text else len(lines)
        text = "\n".join([*lines[: shown - 1], f"… and {len(lines) - shown + 1} more"])
    return text


def _line(artist: Artist) -> str:
    parts = [f"**{_name(artist)}**", "everyone's" if artist.of_everyone else "this server's"]
    if artist.corpus_bytes is not None:
        parts.append(size(artist.corpus_bytes))
    if artist.bits_per_character is not None:
        parts.append(f"{artist.bits_per_character:.2f} bits per character")
    parts.append(f"trained {discord.utils.format_dt(artist.trained_at, 'd')}")
    return " · ".join(parts)


def _name(artist: Artist) -> str:
    return markdown.escape(markdown.one_line(artist.name, 60))


def _whose(artist: Artist) -> str:
    return "Sings for every server." if artist.of_everyone else "Sings for this server only."


def _quality(version: Version) -> str:
    if version.bits_per_character is None:
        return "not measured"
    text = f"{version.bits_per_character:.3f} bits per character"
    if version.rival_bits_per_character is not None:
        text += f"; an n-gram rival needs {version.rival_bits_per_character:.3f}"
    return text


def _version(version: Version) -> str:
    parts = [f"**{version.number}**", discord.utils.format_dt(version.published_at, "d")]
    if version.bits_per_character is not None:
        parts.append(f"{version.bits_per_character:.3f} bits per character")
    if version.sings:
        parts.append("sings")
    if version.held_back:
        parts.append("held back, as it was worse")
    return " · ".join(parts)
