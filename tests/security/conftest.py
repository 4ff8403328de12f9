from collections.abc import AsyncIterator

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.discord_stand_in import DiscordStandIn


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as stand_in:
        monkeypatch.setattr(Route, "BASE", stand_in.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(stand_in.gateway.url))
        yield stand_in
    assert stand_in.messages.pings == []
