"""`/about`: what this bot is, what it stores, and how to remove it."""

import math
import platform

import discord
import numpy
from discord import app_commands

from bot.discord_app import answering, colours, job_message
from bot.discord_app.client import Interaction, LyricsClient
from bot.discord_app.message_body import Block, MessageBody, Rule, Text
from bot.discord_app.offering import everywhere
from bot.discord_app.permissions import asker_of
from bot.language import tr
from bot.settings import Settings
from bot.version import own_version

_WHAT = (
    "I write song lyrics in the style of an artist, beginning with your words. "
    "A small neural network, an LSTM written by hand in NumPy, composes them a few letters at a time: "
    "they are invented, not the artist's own words. Start with `/lyrics`; `/artists` shows who can sing."
)
_STORED = (
    "Your requests and their songs, {kept}; see `/history` and `/mydata export`. Your votes for songs. "
    "Texts uploaded for training and the models trained on them, until the artist is deleted. "
    "A server's `/settings`. The only message I read is the one that you choose for *Sing this*."
)
_LEFT = "A server's data is deleted {days} days after I leave it."
_REMOVAL = (
    "Your data: `/mydata delete`. An artist of this server: `/forget`. "
    "The bot itself: remove it from the server's integrations, or from your authorised apps."
)


@everywhere
@app_commands.command(description="What this bot is, what it stores, and how to remove it")
async def about(interaction: Interaction) -> None:
    """Introduce the bot."""
    client = interaction.client
    blocks: list[Block] = [
        Text(f"### Lyrics\n{tr(_WHAT)}"),
        Text(f"**{tr('What is stored')}**\n{_stored(client.services.settings)}"),
        Text(f"**{tr('How to remove it')}**\n{tr(_REMOVAL)}"),
        Rule(),
        Text(f"-# {await _standing(interaction)}\n-# {_versions()}"),
    ]
    await answering.send(interaction, MessageBody(blocks=blocks, colour=colours.OWN))


def _stored(settings: Settings) -> str:
    kept = (
        tr("for {days} days", days=settings.history_days)
        if settings.history_days
        else tr("in memory only, until the bot restarts")
    )
    return f"{tr(_STORED, kept=kept)} {tr(_LEFT, days=settings.left_guild_days)}"


async def _standing(interaction: Interaction) -> str:
    client: LyricsClient = interaction.client
    up = job_message.duration((discord.utils.utcnow() - client.services.started_at).total_seconds())
    artists, lyrics = await client.services.artists.count(asker_of(interaction)), client.services.lyrics
    parts = [tr("up {duration}", duration=up)]
    if math.isfinite(client.latency):
        parts.append(tr("gateway latency {milliseconds:.0f} ms", milliseconds=client.latency * 1000))
    counts = {"singing": lyrics.songs_in_progress, "waiting": lyrics.songs_waiting}
    parts.append(tr("songs: {singing} in progress, {waiting} waiting", **counts))
    parts.append(tr("artists here: {count}", count=artists))
    return " · ".join(parts)


def _versions() -> str:
    versions = {
        "lyricbot": tr(own_version()),
        "discord.py": discord.__version__,
        "NumPy": numpy.__version__,
        "Python": platform.python_version(),
    }
    return " · ".join(f"{name} {version}" for name, version in versions.items())
