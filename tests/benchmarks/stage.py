"""The bot as a process, a Discord for it, its members, and everything that measures them."""

import math
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm.model.model_file import Model, dump_model
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.vocabulary import Vocabulary
from tests.benchmarks.bot_metrics import Scrape, free_port
from tests.benchmarks.crowd import Crowd
from tests.benchmarks.processes import resident_megabytes
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Member
from tests.end_to_end.bot_process import REPOSITORY, BotProcess

SHIPPED = REPOSITORY / "data"
GUILDS = 4
HEARTBEAT_SECONDS = 1.0


@dataclass(frozen=True)
class Size:
    """How large the load is."""

    alone: int = 20
    at_once: int = 64
    rounds: int = 3
    flood: int = 500
    flooders: int = 200
    in_flight: int = 32
    flight: int = 128
    a_second: float = 10.0
    hidden: int = 512
    """Of the untrained model that sings if no artist is there."""


SMALL = Size(alone=2, at_once=4, rounds=1, flood=12, flooders=4, in_flight=4, flight=8, a_second=4.0, hidden=64)


@dataclass
class Stage:
    """The bot and everything that measures it."""

    discord: DiscordStandIn
    bot: BotProcess
    crowd: Crowd
    chief: Member
    metrics_port: int
    corpus: bytes
    size: Size
    seconds: float
    """Of the steady load."""
    songs_a_second_alone: float = math.nan

    async def scrape(self) -> Scrape:
        """What the bot reports now."""
        return await Scrape.of(self.metrics_port)


def untrained(hidden: int, corpus: str) -> bytes:
    """A model that knows how frequent each letter is, and nothing else."""
    vocabulary = Vocabulary.of(corpus)
    parameters = initial_parameters(Shape(len(vocabulary), 64, hidden, 1), np.random.default_rng(0))
    counts = np.bincount(vocabulary.encode(corpus), minlength=len(vocabulary)) + 0.1
    parameters["output.bias"][:] = np.log(counts / counts.sum())
    return dump_model(Model(parameters, vocabulary))


@asynccontextmanager
async def stage(folder: Path, models: Sequence[Path], size: Size, seconds: float) -> AsyncIterator[Stage]:
    """A Discord with four guilds, and the bot with the artists of ``models``, or with one that is untrained."""
    corpus = (SHIPPED / "corpora" / "harbour-lights.txt").read_text()
    (folder / "data" / "models").mkdir(parents=True)
    for path in models:
        shutil.copy(path, folder / "data" / "models")
    if not models:
        (folder / "data" / "models" / "untrained.safetensors").write_bytes(untrained(size.hidden, corpus))
    artists = [path.stem for path in models] or ["untrained"]
    async with DiscordStandIn(heartbeat_seconds=HEARTBEAT_SECONDS) as discord:
        guilds = [discord.guild(f"guild {number}") for number in range(GUILDS)]
        crowd = Crowd(discord, guilds, max(size.at_once, size.flooders // GUILDS))
        port = free_port()
        bot = BotProcess(discord, folder / "data", LYRICS_METRICS_PORT=str(port), LYRICS_DEFAULT_ARTIST=artists[0])
        await bot.start()
        try:
            chief = guilds[0].member("chief", MANAGE_GUILD)
            for artist in artists[:2]:
                sung = await discord.slash(chief, "lyrics", {"seed": "I walk alone", "artist": artist})
                await sung.final(lambda message: bool(message.buttons))
            print(f"artists: {', '.join(artists)}; idle after a song each: {resident_megabytes(bot.pid):.0f} MB\n")
            # Of one artist's text a training is over before the crowd is.
            texts = [path.read_bytes() for path in sorted((SHIPPED / "corpora").glob("*.txt"))]
            yield Stage(discord, bot, crowd, chief, port, b"\n\n\n".join(texts), size, seconds)
        finally:
            await bot.kill()
        unasked = [refusal for refusal in discord.refusals if refusal.error.status != 429]
        limited = discord.messages.rate_limited
        print(f"\nrefused by Discord: {len(unasked)}; edits beyond its limit: {limited}")
        if problems := [line for line in bot.log.splitlines() if "ERROR" in line or "WARNING" in line]:
            print("in the log:", *problems[:5], sep="\n")
