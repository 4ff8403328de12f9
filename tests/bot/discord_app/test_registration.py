import asyncio
import logging
from dataclasses import replace

import pytest

from bot.discord_app import client, registration, running
from bot.discord_app.registered_commands import RegisteredCommands
from bot.settings import Settings, SettingsError
from tests.bot.discord_app.conftest import online
from tests.bot.discord_app.stubs import StubServices
from tests.discord_stand_in import DiscordStandIn, Guild, Member

# The promised names and options.
PROMISED = {
    "lyrics": ["seed", "artist", "lines", "temperature", "rhyme", "form", "with", "private"],
    "Sing this": [],
    "artists": [],
    "artist": ["name"],
    "top": [],
    "history": ["page"],
    "mydata": ["export", "delete"],
    "help": [],
    "about": [],
    "train": ["artist", "corpus", "minutes"],
    "jobs": [],
    "cancel": ["job"],
    "forget": ["artist"],
    "rollback": ["artist", "version"],
    "settings": ["default_artist", "language_filter", "channel"],
}
MANAGE_GUILD = str(1 << 5)
ADMINISTRATION = {"train", "jobs", "cancel", "forget", "rollback", "settings"}


async def test_registers_what_the_interface_promises(discord: DiscordStandIn, services: StubServices) -> None:
    async with online(discord, services):
        pass
    (sync,) = discord.commands.syncs
    assert {
        command["name"]: [option["name"] for option in command.get("options", [])] for command in sync.commands
    } == PROMISED
    for command in sync.commands:
        if command["name"] in ADMINISTRATION:
            assert command["default_member_permissions"] == MANAGE_GUILD
            assert (command["contexts"], command["integration_types"]) == ([0], [0])
        else:
            assert command["default_member_permissions"] is None
            contexts = [0] if command["name"] == "top" else [0, 1, 2]
            assert (command["contexts"], command["integration_types"]) == (contexts, [0, 1])


async def test_lyrics_has_the_promised_limits(discord: DiscordStandIn, services: StubServices) -> None:
    async with online(discord, services):
        pass
    options = {option["name"]: option for option in discord.commands.named("lyrics")["options"]}
    assert [name for name, option in options.items() if option["required"]] == ["seed"]
    assert (options["seed"]["min_length"], options["seed"]["max_length"]) == (1, 200)
    assert options["artist"]["autocomplete"]
    assert (options["lines"]["min_value"], options["lines"]["max_value"]) == (2, 40)
    assert (options["temperature"]["min_value"], options["temperature"]["max_value"]) == (0.1, 1.5)
    assert [choice["value"] for choice in options["rhyme"]["choices"]] == [
        "auto",
        "none",
        "AABB",
        "ABAB",
        "ABBA",
        "AAAA",
    ]
    assert [choice["value"] for choice in options["form"]["choices"]] == ["song", "verses", "free"]
    assert options["with"]["autocomplete"]


async def test_registers_again_only_what_changed(discord: DiscordStandIn, services: StubServices) -> None:
    for _ in range(2):
        async with online(discord, services):
            pass
    assert len(discord.commands.syncs) == 1
    await RegisteredCommands(services.database).remember(None, "of some older version")
    async with online(discord, services):
        pass
    assert len(discord.commands.syncs) == 2


async def test_with_a_home_guild_registers_there_only(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    async with online(discord, services):
        pass
    services.settings = replace(services.settings, home_guild=guild.id)
    for _ in range(2):
        async with online(discord, services):
            pass
    assert discord.commands.scope(None) == []
    assert {command["name"] for command in discord.commands.scope(guild.id)} == PROMISED.keys()
    assert len(discord.commands.syncs) == 3
    async with online(discord, services):
        message = await (await discord.slash(guild.member("anna"), "about")).message()
        assert "LSTM" in message.text


async def test_a_guild_that_is_home_no_more_loses_its_own_commands(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    other = discord.guild("The next home")
    for home, syncs in ((guild, 2), (other, 2), (None, 2)):
        services.settings = replace(services.settings, home_guild=home and home.id)
        earlier = len(discord.commands.syncs)
        for _ in range(2):
            async with online(discord, services):
                pass
        assert len(discord.commands.syncs) == earlier + syncs
        for each in (guild, other):
            assert len(discord.commands.scope(each.id)) == (len(PROMISED) if each is home else 0)
    assert len(discord.commands.scope(None)) == len(PROMISED)


async def test_a_home_guild_that_the_bot_has_left_is_forgotten(discord: DiscordStandIn, services: StubServices) -> None:
    left = discord.guild("Elsewhere", has_bot=False).id
    await RegisteredCommands(services.database).remember(left, "of some other time")
    async with online(discord, services):
        assert await RegisteredCommands(services.database).guilds() == []


async def test_commands_that_cannot_be_withdrawn_now_are_at_the_next_start(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    await RegisteredCommands(services.database).remember(guild.id, "of some other time")
    discord.fail(1, path_contains=f"guilds/{guild.id}/commands", status=400)
    async with online(discord, services):
        assert await RegisteredCommands(services.database).guilds() == [guild.id]
    async with online(discord, services):
        assert await RegisteredCommands(services.database).guilds() == []


async def test_a_home_guild_without_the_bot_is_named_in_the_log(
    discord: DiscordStandIn, services: StubServices, anna: Member, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = discord.guild("Elsewhere", has_bot=False)
    services.settings = replace(services.settings, home_guild=elsewhere.id)
    async with online(discord, services):
        pass
    (line,) = (record.getMessage() for record in caplog.records if record.levelno == logging.WARNING)
    assert f"is the bot in server {elsewhere.id}, which LYRICS_HOME_GUILD names?" in line


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
async def test_commands_that_discord_refuses_just_now_are_no_reason_to_stay_away(
    discord: DiscordStandIn,
    services: StubServices,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    monkeypatch.setattr(registration, "_SECONDS_BEFORE_RETRIES", (0.5,))
    monkeypatch.setattr(client, "_SECONDS_FOR_REGISTRATION", 0.2)
    discord.fail(2 if status != 500 else 1, path_contains="/commands", status=status)
    async with online(discord, services):
        registered = RegisteredCommands(services.database)
        async with asyncio.timeout(10):
            while await registered.digest(None) is None:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.05)
    if status not in (429, 500):  # discord.py itself retries those
        assert caplog.text.count("cannot register the commands; trying again") == 2


async def test_without_a_network_the_bot_waits_for_one(
    discord: DiscordStandIn, services: StubServices, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(running, "_LONGEST_PAUSE_SECONDS", 0.1)
    discord.fail(3, path_contains="/users/@me", status=None)
    discord.fail(1, path_contains="/users/@me", status=503)
    discord.fail(2, path_contains="/gateway/bot", status=None)
    async with online(discord, services):
        pass
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 1
    assert lines[0].startswith("cannot reach Discord; trying until it answers: ")


async def test_a_refused_token_stops_the_start(discord: DiscordStandIn, services: StubServices) -> None:
    services.settings = Settings(discord_token="not.the.token")
    with pytest.raises(SettingsError, match="DISCORD_TOKEN") as error:
        async with online(discord, services):
            pass
    assert "not.the.token" not in str(error.value)
