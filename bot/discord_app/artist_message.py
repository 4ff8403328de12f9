"""How artists look on Discord: a list of them, one artist, and the figures of its model."""

import math
from collections.abc import Sequence

import discord

from bot import wording
from bot.discord_app import colours, markdown
from bot.discord_app.message_body import (
    Block,
    Button,
    Buttons,
    MessageBody,
    NamedFile,
    Picture,
    Rule,
    Text,
    TextBeside,
)
from bot.language import figure, tr
from bot.services import Artist, ArtistDetails, Version
from lstm.shipped import ARTISTS
from lstm.text.phrases import size

ARTISTS_A_PAGE = 8
"""Each takes up three of a message's forty components."""
_SAMPLE_LINES = 2
_LONGEST_SAMPLE_LINE = 90
_MOST_VERSIONS = 8
_QUALITIES = (
    (0.6, "learned very well"),
    (0.25, "learned well"),
    (0.05, "learned a little"),
    (-math.inf, "learned very little"),
)
"""By how many bits per character it is better than the n-gram baseline on held-out songs. What the base model knows is
worth half a bit or more on modern songs."""
_CURVE_NAME = "curve.png"
_EXPLANATION = (
    "A tenth of the songs are *held out*: the model never learns from them and is measured by how well it predicts "
    "them, in bits per character. Lower is better. The network has to beat the n-gram baseline, a table of letter "
    "sequences (Kneser-Ney, order 6) that is measured on the same songs."
)


def listed(artists: Sequence[tuple[Artist, Button]], page: int, pages: int, turns: Sequence[Button]) -> MessageBody:
    """Show a page of the list of artists, each with its button."""
    if not artists:
        nobody = tr("Nobody sings here yet. Members with Manage Server can `/train` an artist.")
        return MessageBody(blocks=[Text(nobody)], colour=colours.OWN)
    blocks: list[Block] = [Text("### " + tr("Artists"))]
    blocks += [TextBeside(_entry(artist), button) for artist, button in artists]
    if turns:
        blocks += [Rule(), Text("-# " + tr("page {page} of {pages}", page=page, pages=pages)), Buttons(turns)]
    return MessageBody(blocks=blocks, colour=colours.OWN)


def introduced(details: ArtistDetails, buttons: Sequence[Button]) -> MessageBody:
    """Show one artist: what it sings, how well, and its training curve."""
    artist = details.artist
    blocks: list[Block] = [Text(f"### {_name(artist)}\n{_description(artist)}")]
    if artist.sample_lines:
        blocks.append(Text(_sample(artist.sample_lines, 4)))
    files = []
    if details.curve_png is not None:
        files.append(NamedFile(_CURVE_NAME, details.curve_png))
        blocks.append(Picture(_CURVE_NAME, tr("Training curve of {artist}", artist=markdown.one_line(artist.name, 60))))
    blocks.append(Buttons(buttons))
    return MessageBody(blocks=blocks, colour=colours.colour_of(artist.name), files=files)


def figures(details: ArtistDetails) -> MessageBody:
    """Show the figures of an artist's model, and what they mean."""
    artist = details.artist
    sings = next(version for version in details.versions if version.sings)
    versions = [_version(version) for version in details.versions[:_MOST_VERSIONS]]
    if len(details.versions) > _MOST_VERSIONS:
        versions.append(tr("and {count} older versions", count=len(details.versions) - _MOST_VERSIONS))
    text = tr("unknown") if artist.corpus_bytes is None else figure(size(artist.corpus_bytes))
    parameters = tr("{count:,} parameters, {size:s}", count=sings.parameters, size=size(sings.weights_bytes))
    blocks: list[Block] = [
        Text(f"### {_name(artist)}"),
        Text(f"**{tr('Model')}** {parameters}\n**{tr('Text')}** {text}"),
        Text(f"**{tr('Held-out songs')}** {_quality(sings)}\n-# {tr(_EXPLANATION)}"),
        Text(f"**{tr('Versions')}**\n" + "\n".join(versions)),
    ]
    return MessageBody(blocks=blocks, colour=colours.colour_of(artist.name))


def _entry(artist: Artist) -> str:
    lines = [f"**{_name(artist)}**", f"-# {_description(artist)}"]
    if artist.sample_lines:
        lines.append(_sample(artist.sample_lines, _SAMPLE_LINES))
    return "\n".join(lines)


def _description(artist: Artist) -> str:
    parts = []
    if artist.of_everyone and (sings := ARTISTS.get(artist.name)) is not None:
        parts.append(tr(sings))
    elif artist.themes:
        *others, last = (markdown.shortened(word, 30) for word in artist.themes)
        if others:
            parts.append(tr("sings of {words} and {last}", words=", ".join(others), last=last))
        else:
            parts.append(tr("sings of {last}", last=last))
    if artist.corpus_bytes is None:
        parts.append(_how_well(artist))
    else:
        how_well, lyrics = _how_well(artist), size(artist.corpus_bytes)
        parts.append(tr("{how_well} from {size:s} of lyrics", how_well=how_well, size=lyrics))
    if artist.trained_at is not None:
        parts.append(tr("trained {date}", date=discord.utils.format_dt(artist.trained_at, "d")))
    parts.append(tr("on every server") if artist.of_everyone else tr("on this server only"))
    return " · ".join(parts)


def _how_well(artist: Artist) -> str:
    """Say in words how much better than the n-gram baseline the artist's model is."""
    ours, baseline = artist.bits_per_character, artist.baseline_bits_per_character
    if ours is None or not baseline:
        return tr("learned")
    better = 1 - ours / baseline
    return tr(next(words for least, words in _QUALITIES if better >= least))


def _sample(lines: str, most: int) -> str:
    return markdown.quoted(lines, most=most, longest=_LONGEST_SAMPLE_LINE, mark="*")


def _name(artist: Artist) -> str:
    return markdown.shortened(artist.name)


def _quality(version: Version) -> str:
    if version.bits_per_character is None:
        return tr("not measured")
    text = tr("{bits:.3f} bits per character", bits=version.bits_per_character)
    if version.baseline_bits_per_character is not None:
        text += "; " + tr("the n-gram baseline {bits:.3f}", bits=version.baseline_bits_per_character)
    return text


def _version(version: Version) -> str:
    parts = [f"**{version.number}**"]
    if version.trained_at is not None:
        parts.append(tr("trained {date}", date=discord.utils.format_dt(version.trained_at, "d")))
    return " · ".join([*parts, *wording.standing(version)])
