import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.discord_app import run
from bot.settings import Settings
from bot.store.database import Database
from tests.bot.discord_app.stubs import StubServices
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Guild, Member


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as stand_in:
        monkeypatch.setattr(Route, "BASE", stand_in.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(stand_in.gateway.url))
        yield stand_in
    assert stand_in.messages.pings == []
    assert stand_in.messages.rate_limited == 0


@pytest.fixture
def guild(discord: DiscordStandIn) -> Guild:
    return discord.guild("Choir")


@pytest.fixture
def anna(guild: Guild) -> Member:
    return guild.member("anna")


@pytest.fixture
def chief(guild: Guild) -> Member:
    return guild.member("chief", MANAGE_GUILD)


@pytest.fixture
def services(discord: DiscordStandIn, database: Database) -> StubServices:
    return StubServices(Settings(discord_token=discord.token), database)


@asynccontextmanager
async def online(discord: DiscordStandIn, services: Any) -> AsyncIterator[None]:
    """Run the front end as `bot.__main__` does, in a task that is cancelled at the end."""
    running = asyncio.create_task(run(services))
    ready = asyncio.create_task(discord.bot_is_ready())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if running.done():
        running.result()
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def bot(discord: DiscordStandIn, services: StubServices, guild: Guild) -> AsyncIterator[None]:
    async with online(discord, services):
        yield
