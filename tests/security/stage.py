"""The real bot in the test's own process: every service, a real database, and discord.py with the stand-in.

Only training never starts, so that jobs stay in the queue for as long as a test needs them there.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bot.application import Services, open_application
from bot.services import Asker, Song, SongRequest
from bot.services.data_files import DataFolder
from bot.services.publishing import describe, publish
from bot.settings import Settings
from bot.store import artists, unfinished_songs
from bot.store.unfinished_songs import StoredUnfinished
from bot.store.versions import NewVersion
from tests.bot import samples
from tests.bot.discord_app.conftest import online
from tests.bot.waiting import until
from tests.discord_stand_in import Channel, DiscordStandIn, Guild, Interaction, Member, Message, Upload, User
from tests.discord_stand_in.interactions import COMPONENT, DEFER_UPDATE

CORPUS = Upload("songs.txt", samples.corpus().encode())


@cache
def _described(number: int) -> NewVersion:
    return describe(samples.model(number), None)


@dataclass
class Stage:
    """What a test has to act on."""

    discord: DiscordStandIn
    services: Services
    guild: Guild
    other: Guild
    """Another guild that the bot is in."""
    elsewhere: Guild
    """A guild that the bot is not in."""
    operators: list[User]
    names: int = 0

    def asker(self, who: Member | User, channel: Channel) -> Asker:
        """Describe somebody to the services as the front end does."""
        permissions = who.permissions if isinstance(who, Member) else 0
        user = who.user if isinstance(who, Member) else who
        return self.services.asker(
            user_id=user.id,
            guild_id=None if channel.guild is None else channel.guild.id,
            channel_id=channel.id,
            may_manage_guild=bool(permissions & (1 << 5)),
            may_manage_messages=bool(permissions & (1 << 13)),
        )

    def new_name(self) -> str:
        """Return a name that no artist has yet."""
        self.names += 1
        return f"artist {'x' * (self.names % 20)}{self.names}"

    async def song(self, who: Member | User, channel: Channel, seed: str = "I walk", private: bool = False) -> Song:
        """Have the bot sing for somebody."""
        request = SongRequest(seed, lines=2, private=private)
        parts = [part async for part in self.services.lyrics.sing(self.asker(who, channel), request)]
        assert isinstance(parts[-1], Song)
        return parts[-1]

    async def interrupted(self, who: Member | User, channel: Channel, seed: str, private: bool = False) -> int:
        """Record a song that a crash has left unfinished; return its number."""
        asker = self.asker(who, channel)
        wish = json.dumps({"kind": "SongRequest", "seed": seed, "lines": 2, "private": private})
        song = StoredUnfinished(
            0, asker.user_id, asker.guild_id or 0, channel.id, None, None, "anna", wish, self.services.started_at
        )
        return await self.services.database.write(lambda connection: unfinished_songs.add(connection, song))

    async def artist(self, guild_id: int, versions: int = 2) -> tuple[int, str]:
        """Create an artist of a guild, or a shared one (0); return its id and name."""
        name = self.new_name()
        described = [_described(number) for number in range(versions)]

        def transaction(connection):
            artist = artists.find_or_create(connection, guild_id, name, self.services.started_at)
            for version in described:
                publish(connection, artist.id, version, job_id=None, now=self.services.started_at)
            return artist.id

        return await self.services.database.write(transaction), name

    async def job(self, guild: Guild) -> int:
        """Queue a training job for a new artist of a guild; return its number."""
        asker = self.services.asker(
            user_id=7, guild_id=guild.id, channel_id=guild.channels[0].id, may_manage_guild=True
        )
        return (await self.services.training.queue(asker, self.new_name(), CORPUS.data)).id

    async def clear_queue(self) -> None:
        """Delete all training jobs; a guild may only have a few in the queue."""
        await self.services.database.write(lambda connection: connection.execute("DELETE FROM jobs"))

    async def press(self, who: Member | User, channel: Channel, custom_id: str) -> Interaction:
        """Press a button with any custom id, as if the bot had sent it there.

        Discord itself does not let a member send an id that the message does not have. The bot must not rely on
        that, and messages of earlier versions may still have such ids.
        """
        button = {"type": 2, "style": 2, "label": "Press", "custom_id": custom_id, "id": 2}
        message = Message(
            self.discord.world.snowflakes.next(),
            channel,
            self.discord.world.bot,
            self.discord.clock,
            interaction_id=1,
            asked_by=who.user if isinstance(who, Member) else who,
            components=[{"type": 1, "id": 1, "components": [button]}],
        )
        self.discord.messages.all[message.id] = message
        data = {"component_type": 2, "custom_id": custom_id, "id": 2}
        return await self.discord._acts._send(COMPONENT, who, channel, data, message)


@asynccontextmanager
async def opened(
    discord: DiscordStandIn, folder: Path, monkeypatch: pytest.MonkeyPatch, operators: int = 1, **settings: object
) -> AsyncIterator[Stage]:
    """Open the bot and bring it online."""
    shipped = folder / "shipped"
    (shipped / "models").mkdir(parents=True)
    (shipped / "models" / "anna.safetensors").write_bytes(samples.model(1))
    users = [discord.user(f"operator {number}", installed_app=True) for number in range(operators)]
    chosen = Settings(
        discord_token=discord.token,
        data_dir=folder / "data",
        default_artist="anna",
        operators=frozenset(user.id for user in users),
        train_workers=0,  # no environment variable allows this
        **settings,
    )
    guild, other = discord.guild("Choir"), discord.guild("Other")
    elsewhere = discord.guild("Elsewhere", has_bot=False)
    async with (
        open_application(chosen, shipped=DataFolder(shipped, "shipped")) as services,
        online(discord, services),
    ):
        yield Stage(discord, services, guild, other, elsewhere, users)


def said(interaction: Interaction) -> str:
    """Return everything with which an interaction has been answered so far."""
    messages = [*([interaction.original] if interaction.original else []), *interaction.followups]
    if interaction.answer == DEFER_UPDATE and interaction.source is not None:
        messages.append(interaction.source)
    return "\n".join("(deleted)" if message.deleted else message.text for message in messages)


async def said_in_the_end(interaction: Interaction, *endings: re.Pattern[str], within: float = 10) -> str:
    """Return everything with which an interaction was answered, once it contains one of the endings."""
    with suppress(TimeoutError):
        await until(lambda: any(ending.search(said(interaction)) for ending in endings), within)
    return said(interaction)
