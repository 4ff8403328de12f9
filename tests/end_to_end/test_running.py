import signal
from pathlib import Path

import pytest

from tests.discord_stand_in import DiscordStandIn, Member
from tests.end_to_end.bot_process import BotProcess
from tests.end_to_end.conftest import SEED
from tests.end_to_end.test_singing import is_whole, song


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_soon_and_cleanly(
    bot: BotProcess, discord: DiscordStandIn, anna: Member, sent: signal.Signals
) -> None:
    await (await discord.slash(anna, "about")).message()
    status, seconds = await bot.stop(sent)
    assert status == 0, bot.log
    assert seconds < 10


async def test_a_signal_during_a_song_ends_it_all_the_same(
    bot: BotProcess, discord: DiscordStandIn, anna: Member
) -> None:
    await (await discord.slash(anna, "lyrics", {"seed": SEED, "lines": 40})).acknowledged()
    status, seconds = await bot.stop()
    assert status == 0, bot.log
    assert seconds < 10


@pytest.mark.parametrize("how", ["cut", "reconnect"])
async def test_a_broken_gateway_is_resumed(bot: BotProcess, discord: DiscordStandIn, anna: Member, how: str) -> None:
    if how == "cut":
        discord.gateway.cut()
    else:
        await discord.gateway.ask_to_reconnect()
    interaction = await discord.slash(anna, "lyrics", {"seed": SEED})
    assert song(await interaction.final(is_whole)).startswith(SEED)
    assert discord.gateway.resumes == 1


async def test_a_refused_token_is_one_line_and_status_2(discord: DiscordStandIn, data_dir: Path) -> None:
    other = discord.token[:-1] + "-"
    bot = BotProcess(discord, data_dir, DISCORD_TOKEN=other)
    await bot.launch()
    assert await bot.wait() == 2
    assert bot.log.splitlines()[-1].startswith("bot: DISCORD_TOKEN is ")
    assert other not in bot.log
    assert "Traceback" not in bot.log
    assert [refusal.error.status for refusal in discord.refusals] == [401]
    discord.refusals.clear()


async def test_two_shards_serve_their_guilds_and_their_hearts_beat_in_time(data_dir: Path) -> None:
    async with DiscordStandIn(shards=2, heartbeat_seconds=0.5) as discord:
        members = [discord.guild(f"guild {shard}", shard=shard).member("anna") for shard in range(2)]
        bot = BotProcess(discord, data_dir, LYRICS_DEFAULT_ARTIST="testling")
        try:
            await bot.start()
            for _ in range(5):
                asked = [await discord.slash(member, "lyrics", {"seed": SEED, "lines": 40}) for member in members]
                for interaction in asked:
                    assert song(await interaction.final(is_whole)).startswith(SEED)
            assert {beat.shard for beat in discord.gateway.heartbeats} == {0, 1}
            # Generous, for a busy test machine; a blocked event loop would be late by whole songs.
            assert max(beat.late_by for beat in discord.gateway.heartbeats) < 0.25
        finally:
            await bot.kill()
