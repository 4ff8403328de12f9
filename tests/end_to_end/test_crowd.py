import asyncio
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.benchmarks.bot_metrics import free_port
from tests.discord_stand_in import DiscordStandIn, Guild, Interaction, Member
from tests.end_to_end.bot_process import BotProcess
from tests.end_to_end.conftest import SEED
from tests.end_to_end.test_singing import is_whole, song


@pytest.fixture
def metrics_port() -> int:
    return free_port()


@pytest.fixture
def bot_settings(metrics_port: int) -> dict[str, str]:
    return {"LYRICS_METRICS_PORT": str(metrics_port)}


@pytest.fixture
async def asked_at_once(
    bot: BotProcess, discord: DiscordStandIn, guild: Guild, anna: Member
) -> AsyncIterator[list[Interaction]]:
    """Ten members ask for one song each, and anna for two more."""
    members = [anna, *(guild.member(f"member {number}") for number in range(9)), anna, anna]
    return list(
        await asyncio.gather(*(discord.slash(member, "lyrics", {"seed": SEED, "lines": 30}) for member in members))
    )


async def test_a_crowd_gets_its_songs_and_requests_over_the_limit_are_refused(
    asked_at_once: list[Interaction], bot: BotProcess
) -> None:
    *served, refused = asked_at_once
    answer = await refused.message()
    assert answer.ephemeral
    assert answer.content == "2 of your songs are still being composed; try again when one is finished."
    for interaction in served:
        assert song(await interaction.final(is_whole)).startswith(SEED)
    lines = re.findall(r"song guild=\S+ artist=\S+ lines=\S+ rhyme=\S+ first_line_ms=\S+ ms=\S+ outcome=(\w+)", bot.log)
    assert sorted(lines) == ["refused", *["sung"] * 11]


async def test_the_metrics_count_it(asked_at_once: list[Interaction], metrics_port: int) -> None:
    for interaction in asked_at_once[:-1]:
        await interaction.final(is_whole)
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{metrics_port}/metrics") as answer:
        shown = await answer.text()
    for line in (
        'lyrics_requests_total{outcome="sung"} 11.0',
        'lyrics_requests_total{outcome="refused"} 1.0',
        "lyrics_song_seconds_count 11.0",
        "lyrics_songs_waiting 0.0",
        "lyrics_errors_total 0.0",
        'lyrics_jobs{state="queued"} 0.0',
    ):
        assert line in shown.splitlines(), shown
