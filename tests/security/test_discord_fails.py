"""What happens when Discord fails: every route that the bot uses, with everything that can go wrong with it.

Each ends as well as it can, with a line in the log and a bot that still answers the next member.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord.http
import discord.webhook.async_
import pytest

from bot.discord_app import answering, client, jobs
from tests.bot.waiting import until
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Interaction, Upload
from tests.discord_stand_in.stand_in import HANGS
from tests.security.stage import CORPUS, Stage, opened, said, said_in_the_end

FAULTS = {"429": 429, "500": 500, "502": 502, "503": 503, "broken connection": None, "no answer": HANGS}
SONG = re.compile("generated, in the style of")
LOGGED = re.compile(r"error [0-9a-f]{8} in|nobody is left|not deliver|refused")
WENT_WRONG = re.compile("Something went wrong")


class HastyAsyncio(SimpleNamespace):
    """Replaces discord.py's asyncio, without its long pauses between attempts."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(seconds: float, result: object = None) -> object:
        return await asyncio.sleep(min(seconds, 0.01), result)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (discord.http, discord.webhook.async_):
        monkeypatch.setattr(module, "asyncio", HastyAsyncio())
    monkeypatch.setattr(answering, "REQUEST_SECONDS", 0.5)
    monkeypatch.setattr(answering, "SECONDS_BEFORE_ANOTHER_TRY", 0.01)
    monkeypatch.setattr(client, "_DOWNLOAD_TIMEOUT", aiohttp.ClientTimeout(total=0.5))
    monkeypatch.setattr(jobs, "_SECONDS_BEFORE_RETRIES", (0.1, 0.1))


@dataclass(frozen=True)
class Case:
    """A route, what a member does to make the bot use it, and how that ends if it fails only briefly."""

    method: str
    path: str
    act: Callable[[Stage], Awaitable[Interaction]]
    ending: re.Pattern[str]


async def sing(stage: Stage) -> Interaction:
    return await stage.discord.slash(stage.guild.member("anna"), "lyrics", {"seed": "I walk", "lines": 4})


async def ask_for_the_list(stage: Stage) -> Interaction:
    return await stage.discord.slash(stage.guild.member("anna"), "artists")


async def export(stage: Stage) -> Interaction:
    return await stage.discord.slash(stage.guild.member("anna"), "mydata export")


async def train(stage: Stage, corpus: Upload = CORPUS) -> Interaction:
    chief = stage.guild.member("chief", MANAGE_GUILD)
    return await stage.discord.slash(chief, "train", {"artist": stage.new_name(), "corpus": corpus})


async def train_on_too_little(stage: Stage) -> Interaction:
    return await train(stage, Upload("short.txt", b"too short"))


async def delete_a_song(stage: Stage) -> Interaction:
    anna, channel = stage.guild.member("anna"), stage.guild.channels[0]
    song = await stage.song(anna, channel)
    return await stage.press(anna, channel, f"song:delete:{song.request_id}:{anna.user.id}")


CASES = {
    "first answer": Case("POST", "/callback", ask_for_the_list, re.compile("anna")),
    "song": Case("POST", "/callback", sing, SONG),
    "edit of an answer": Case("PATCH", "/messages/@original", export, re.compile("Everything stored")),
    "follow-up": Case("POST", "/webhooks/", train_on_too_little, re.compile("2,000")),
    "look at an answer": Case("GET", "/messages/@original", train_on_too_little, re.compile("2,000")),
    "deletion of an answer": Case("DELETE", "/messages/@original", delete_a_song, re.compile(r"\(deleted\)")),
    "attachment": Case("GET", "/cdn/", train, re.compile("Number 1|attach(ed)? (it|file)|fetched")),
}


@pytest.mark.parametrize("times", ["once", "always"])
@pytest.mark.parametrize("route", CASES)
async def test_routes(
    discord: DiscordStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    route: str,
    times: str,
) -> None:
    case, count = CASES[route], 1 if times == "once" else 10_000
    caplog.set_level(logging.INFO)
    async with opened(discord, tmp_path, monkeypatch) as stage:
        for fault, status in FAULTS.items():
            caplog.clear()
            discord.fail(count, method=case.method, path_contains=case.path, status=status)
            interaction = await case.act(stage)
            answered = await said_in_the_end(interaction, case.ending, WENT_WRONG, within=3 if times == "once" else 1.5)
            discord.heal()
            is_fine = case.ending.search(answered) is not None
            if times == "once" and fault != "no answer":
                assert is_fine, (fault, answered)
            if not is_fine:
                await until(lambda: LOGGED.search(caplog.text), 5)
            assert "exception was never retrieved" not in caplog.text
            assert "Ignoring exception" not in caplog.text
            # The bot goes on, with everything and for everybody.
            ben = stage.guild.member(f"ben {fault}")
            assert "anna" in await said_in_the_end(await discord.slash(ben, "artists"), re.compile("anna"))
            sung = await discord.slash(ben, "lyrics", {"seed": "I", "lines": 2})
            assert SONG.search(await said_in_the_end(sung, SONG))
            await stage.clear_queue()


async def queued(stage: Stage) -> tuple[Interaction, int]:
    """Ask for training, and wait until the job is in the queue."""
    interaction = await train(stage)
    text = await said_in_the_end(interaction, re.compile("Number 1"))
    found = re.search(r"job (\d+)", text)
    assert found, text
    return interaction, int(found[1])


async def all_announced(stage: Stage) -> None:
    async with asyncio.timeout(10):
        while await stage.services.training.unannounced():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)


async def cancel(stage: Stage, job: int) -> None:
    asker = stage.services.asker(
        user_id=1, guild_id=stage.guild.id, channel_id=stage.guild.channels[0].id, may_manage_guild=True
    )
    await stage.services.training.cancel(asker, job)


@pytest.mark.parametrize("fault", ["429", "503", "no answer"])
@pytest.mark.parametrize("how", ["by its token", "by its channel"])
async def test_the_end_of_a_training_is_told_as_soon_as_discord_lets_it(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, fault: str
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        interaction, job = await queued(stage)
        if how == "by its channel":
            monkeypatch.setattr(answering, "TOKEN_LIFE", timedelta(0))
        discord.fail(2, method="PATCH", path_contains="/messages/", status=FAULTS[fault])
        await cancel(stage, job)
        assert "Cancelled" in await said_in_the_end(interaction, re.compile("Cancelled"))
        await all_announced(stage)


@pytest.mark.parametrize("may_send", [True, False])
async def test_a_progress_report_that_somebody_has_deleted(
    discord: DiscordStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    may_send: bool,
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        interaction, job = await queued(stage)
        channel = stage.guild.channels[0]
        channel.bot_may_send = may_send
        assert interaction.original is not None
        discord.messages.delete(interaction.original)
        monkeypatch.setattr(answering, "TOKEN_LIFE", timedelta(0))
        await cancel(stage, job)
        if may_send:
            await discord.message_in(channel, lambda message: "Cancelled" in message.text)
        else:
            await until(lambda: "cannot announce the end" in caplog.text, 10)
        await all_announced(stage)
        assert "anna" in await said_in_the_end(await ask_for_the_list(stage), re.compile("anna"))


async def test_an_interaction_that_expired_before_it_could_be_answered(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with opened(discord, tmp_path, monkeypatch) as stage:
        interaction = await ask_for_the_list(stage)
        discord.clock.advance(4)
        await until(lambda: "nobody is left to answer" in caplog.text, 10)
        assert said(interaction) == ""
        assert "anna" in await said_in_the_end(await ask_for_the_list(stage), re.compile("anna"))


async def test_a_user_that_is_gone_is_still_shown_and_pings_nobody(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        owner, channel = stage.guild.member("owner"), stage.guild.channels[0]
        song = await stage.song(owner, channel)
        stage.guild.members.remove(owner)
        discord.world.users.remove(owner.user)
        anna = stage.guild.member("anna")
        pressed = await stage.press(anna, channel, f"song:like:{song.request_id}")
        assert f"<@{owner.user.id}>" in await said_in_the_end(pressed, SONG)
        assert "1" in await said_in_the_end(await discord.slash(anna, "top"), re.compile("👍 1"))


@pytest.mark.parametrize("how", ["cut", "closed", "asked to reconnect", "session invalid", "session gone"])
async def test_a_gateway_that_breaks_during_a_song(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    async def at_once(*_: object, **__: object) -> None:
        """Instead of the 5 s that Discord requires between identifies."""

    monkeypatch.setattr(discord_client(), "before_identify_hook", at_once)
    async with opened(discord, tmp_path, monkeypatch) as stage:
        interaction = await sing(stage)
        if how == "cut":
            discord.gateway.cut()
        elif how == "closed":
            await discord.gateway.close(1001)
        elif how == "asked to reconnect":
            await discord.gateway.ask_to_reconnect()
        else:
            await discord.gateway.invalidate(resumable=how == "session invalid")
        assert SONG.search(await said_in_the_end(interaction, SONG))
        sessions = discord.gateway.identifies + discord.gateway.resumes
        await until(lambda: discord.gateway.identifies + discord.gateway.resumes > min(sessions, 1), 20)
        await discord.bot_is_ready()
        assert SONG.search(await said_in_the_end(await sing(stage), SONG))


def discord_client() -> type:
    from bot.discord_app.client import LyricsClient

    return LyricsClient


@pytest.mark.parametrize("status", [403, 500, 503, None])
@pytest.mark.parametrize("path", ["/commands", "/users/@me", "/gateway/bot"])
async def test_a_start_while_discord_fails(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, status: int | None
) -> None:
    discord.fail(2, path_contains=path, status=status)
    async with opened(discord, tmp_path, monkeypatch) as stage:
        if path == "/commands" and status in (400, 403, 503):
            return  # online, with the previous commands; the new ones are registered at the next start
        await until(lambda: discord.commands.syncs, 20)
        assert "anna" in await said_in_the_end(await ask_for_the_list(stage), re.compile("anna"))
