"""The stand-in against a plain discord.py client: it must behave, and refuse, as Discord does."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.discord_stand_in import DiscordStandIn, Member, NotOfferedError, Upload
from tests.discord_stand_in.plain_client import PlainClient, online


@pytest.fixture
async def stand_in(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as running:
        monkeypatch.setattr(Route, "BASE", running.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(running.gateway.url))
        yield running


@pytest.fixture
def anna(stand_in: DiscordStandIn) -> Member:
    return stand_in.guild("Choir").member("anna")


@pytest.fixture
async def client(stand_in: DiscordStandIn, anna: Member) -> AsyncIterator[PlainClient]:
    made = PlainClient()
    async with online(stand_in, made):
        yield made


def codes(client: PlainClient) -> list[tuple[int, int]]:
    return [(error.status, error.code) for error in client.caught]


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.02)


async def no_wait(shard: int | None, *, initial: bool = False) -> None:
    """Instead of discord.py's 5 s between identifies, which Discord's max_concurrency of 1 demands."""


async def test_logs_in_and_registers_its_commands(stand_in: DiscordStandIn, client: PlainClient) -> None:
    assert client.user is not None
    assert client.user.id == stand_in.world.bot.id
    (sync,) = stand_in.commands.syncs
    assert sync.guild_id is None
    assert {"say", "later", "outer"} <= {command["name"] for command in sync.commands}
    await until(lambda: bool(client.guilds))
    assert client.guilds[0].name == "Choir"


async def test_a_wrong_token_is_refused(stand_in: DiscordStandIn) -> None:
    client = PlainClient()
    with pytest.raises(discord.LoginFailure):
        await client.start("wrong")
    await client.close()


async def test_privileged_intents_are_refused(stand_in: DiscordStandIn) -> None:
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True, message_content=True))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.start(stand_in.token)
    await client.close()


@pytest.mark.parametrize(
    ("name", "description"), [("Upper", "text"), ("two words", "text"), ("x" * 33, "text"), ("fine", "d" * 101)]
)
async def test_bad_commands_are_refused(
    stand_in: DiscordStandIn, client: PlainClient, name: str, description: str
) -> None:
    payload = [{"name": name, "description": description, "type": 1, "options": []}]
    with pytest.raises(discord.HTTPException) as refusal:
        await client.http.bulk_upsert_global_commands(stand_in.world.application_id, payload=payload)
    assert refusal.value.code == 50035
    assert len(stand_in.commands.syncs) == 1


async def test_too_many_options_are_refused(stand_in: DiscordStandIn, client: PlainClient) -> None:
    options = [{"name": f"o{number}", "description": "o", "type": 3} for number in range(26)]
    payload = [{"name": "many", "description": "many", "type": 1, "options": options}]
    with pytest.raises(discord.HTTPException, match="50035"):
        await client.http.bulk_upsert_global_commands(stand_in.world.application_id, payload=payload)


async def test_a_command_is_answered(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    interaction = await stand_in.slash(anna, "say", {"text": "hi", "times": 2})
    assert await interaction.acknowledged() == 4
    assert (await interaction.message()).content == "hi hi"
    assert interaction.latency < 1


@pytest.mark.parametrize("values", [{}, {"text": ""}, {"text": "x", "times": 6}, {"text": 1}, {"word": "x"}])
async def test_members_cannot_send_what_the_options_forbid(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member, values: dict[str, object]
) -> None:
    with pytest.raises(NotOfferedError):
        await stand_in.slash(anna, "say", values)


async def test_a_deferred_answer_and_its_edits(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    interaction = await stand_in.slash(anna, "later", {"edits": 3, "pause": 0.01})
    assert await interaction.acknowledged() == 5
    message = await interaction.final(lambda message: message.content == "edit 2")
    assert [edit.content for edit in message.edits] == ["edit 0", "edit 1", "edit 2"]


async def test_more_than_five_edits_in_five_seconds_are_slowed(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member
) -> None:
    interaction = await stand_in.slash(anna, "later", {"edits": 6})
    message = await interaction.final(lambda message: message.content == "edit 5")
    assert stand_in.messages.rate_limited >= 1
    assert message.edits[5].at - message.edits[0].at >= 4.9


async def test_a_second_answer_is_refused(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    interaction = await stand_in.slash(anna, "twice")
    await until(lambda: bool(client.caught))
    assert codes(client) == [(400, 40060)]
    assert (await interaction.message()).content == "once"


async def test_a_late_answer_is_refused(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    interaction = await stand_in.slash(anna, "late")
    with pytest.raises(AssertionError):
        await interaction.acknowledged()
    await until(lambda: bool(client.caught))
    assert codes(client) == [(404, 10062)]


async def test_after_fifteen_minutes_only_the_channel_helps(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member
) -> None:
    interaction = await stand_in.slash(anna, "afterwards")
    message = await interaction.message()
    stand_in.clock.advance(15 * 60)
    await message.until(lambda message: message.content == "by the channel")
    assert codes(client) == [(401, 50027)]


async def test_long_text_is_refused(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    await stand_in.slash(anna, "say", {"text": "x" * 2001})
    await until(lambda: bool(client.caught))
    assert codes(client) == [(400, 50035)]
    assert "content" in str(client.caught[0])


@pytest.mark.parametrize(("title", "description", "fields"), [(257, 1, 0), (1, 4097, 0), (1, 1, 26)])
async def test_large_embeds_are_refused(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member, title: int, description: int, fields: int
) -> None:
    await stand_in.slash(anna, "embed", {"title": title, "description": description, "fields": fields})
    await until(lambda: bool(client.caught))
    assert codes(client) == [(400, 50035)]


async def test_an_attachment_goes_there_and_back(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    upload = Upload("words.txt", b"abc" * 50_000)
    message = await (await stand_in.slash(anna, "echo", {"file": upload})).message()
    assert client.received == [upload.data]
    assert message.content == "words.txt 150000 text/plain; charset=utf-8"
    assert message.attachments[0].filename == "back.txt"
    assert message.attachments[0].data == upload.data[::-1]
    assert upload.bytes_served == 150_000


async def test_buttons_are_pressed(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    message = await (await stand_in.slash(anna, "button")).message()
    assert await (await stand_in.press(anna, message, "Count 0")).acknowledged() == 7
    await stand_in.press(anna, message, "count:1")
    await message.until(lambda message: message.content == "2")
    with pytest.raises(AssertionError, match="no button"):
        await stand_in.press(anna, message, "Count 0")


async def test_layouts_are_shown_pressed_and_replaced(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member
) -> None:
    message = await (await stand_in.slash(anna, "layout")).message()
    assert message.is_layout
    assert message.text == "number 0"
    assert [upload.filename for upload in message.attachments] == ["shown.png"]
    assert await (await stand_in.press(anna, message, "Count 0")).acknowledged() == 7
    await message.until(lambda message: message.text == "number 1")
    assert message.attachments == []


async def test_a_message_command_gets_that_one_message(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member
) -> None:
    said = stand_in.says(anna, "nine of us")
    answer = await (await stand_in.on_message(anna, "Count letters", said)).message()
    assert answer.content == "anna: 10"
    assert codes(client) == [(403, 50005)]
    with pytest.raises(NotOfferedError):
        await stand_in.slash(anna, "Count letters")


async def test_autocompletion(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    choices = await stand_in.autocomplete(anna, "say", "text", "hel")
    assert [choice["value"] for choice in choices] == ["hello", "help"]
    with pytest.raises(NotOfferedError):
        await stand_in.autocomplete(anna, "later", "edits")


async def test_modals_are_submitted(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    asked = await stand_in.slash(anna, "name")
    assert await asked.acknowledged() == 9
    answer = await stand_in.submit(anna, asked, {"name": "Anna"})
    assert (await answer.message()).content == "Hello Anna"


async def test_sub_commands_and_ephemeral_answers(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    message = await (await stand_in.slash(anna, "outer inner", {"word": "x"})).message()
    assert message.content == "inner x"
    assert message.ephemeral


async def test_pings_are_noted_unless_suppressed(stand_in: DiscordStandIn, client: PlainClient, anna: Member) -> None:
    await (await stand_in.slash(anna, "shout", {"allowed": False})).message()
    assert stand_in.messages.pings == []
    await (await stand_in.slash(anna, "shout", {"allowed": True})).message()
    assert [ping.mention for ping in stand_in.messages.pings] == ["@everyone", "<@1>", "<@&2>"]


async def test_direct_messages_and_user_installs(stand_in: DiscordStandIn, client: PlainClient) -> None:
    ben = stand_in.user("ben", installed_app=True)
    assert (await (await stand_in.slash(ben, "say", {"text": "dm"})).message()).content == "dm"
    friends = stand_in.direct_messages(ben, with_bot=False)
    assert (await (await stand_in.slash(ben, "say", {"text": "pm"}, channel=friends)).message()).content == "pm"
    elsewhere = stand_in.guild("Elsewhere", has_bot=False).join(ben)
    assert (await (await stand_in.slash(elsewhere, "say", {"text": "out"})).message()).content == "out"
    with pytest.raises(NotOfferedError):
        await stand_in.slash(elsewhere.guild.member("carl"), "say", {"text": "no"})


@pytest.mark.parametrize("how", ["cut", "close", "reconnect", "invalid but resumable"])
async def test_a_dropped_session_resumes_and_misses_nothing(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member, how: str
) -> None:
    if how == "cut":
        stand_in.gateway.cut()
    elif how == "close":
        await stand_in.gateway.close(1001)
    elif how == "reconnect":
        await stand_in.gateway.ask_to_reconnect()
    else:
        await stand_in.gateway.invalidate(resumable=True)
    interaction = await stand_in.slash(anna, "say", {"text": "still here"})
    assert (await interaction.message()).content == "still here"
    await stand_in.bot_is_ready()
    assert (stand_in.gateway.identifies, stand_in.gateway.resumes) == (1, 1)


async def test_an_invalid_session_identifies_again(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "before_identify_hook", no_wait)
    await stand_in.gateway.invalidate()
    await until(lambda: stand_in.gateway.identifies == 2)
    await stand_in.bot_is_ready()
    assert (await (await stand_in.slash(anna, "say", {"text": "new"})).message()).content == "new"


async def test_an_applied_answer_that_failed_gives_40060_on_its_retry(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member
) -> None:
    stand_in.fail(1, path_contains="/callback", applied=True)
    interaction = await stand_in.slash(anna, "say", {"text": "applied"})
    assert (await interaction.message()).content == "applied"
    await until(lambda: bool(client.caught))
    assert codes(client) == [(400, 40060)]


async def test_a_failure_that_did_nothing_is_retried(
    stand_in: DiscordStandIn, client: PlainClient, anna: Member
) -> None:
    stand_in.fail(1, path_contains="/callback")
    interaction = await stand_in.slash(anna, "say", {"text": "second try"})
    assert (await interaction.message()).content == "second try"
    assert interaction.latency >= 1


async def test_two_shards_and_their_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordStandIn(shards=2, heartbeat_seconds=0.2) as stand_in:
        monkeypatch.setattr(Route, "BASE", stand_in.api)
        members = [stand_in.guild(f"guild {shard}", shard=shard).member("anna") for shard in range(2)]
        client = PlainClient()
        monkeypatch.setattr(client, "before_identify_hook", no_wait)
        async with online(stand_in, client):
            for member in members:
                interaction = await stand_in.slash(member, "say", {"text": member.guild.name})
                assert (await interaction.message()).content == member.guild.name
            await until(lambda: {beat.shard for beat in stand_in.gateway.heartbeats} == {0, 1})
            assert max(beat.late_by for beat in stand_in.gateway.heartbeats) < 0.2


async def test_an_unmodified_process_comes_here_by_its_environment(stand_in: DiscordStandIn) -> None:
    script = (
        "import os, discord\n"
        "class Client(discord.AutoShardedClient):\n"
        "    async def on_connect(self):\n"
        "        await self.close()\n"
        "Client(intents=discord.Intents(guilds=True)).run(os.environ['DISCORD_TOKEN'], log_handler=None)\n"
        "print(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)\n"
    )
    environment = os.environ | stand_in.environment()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert output.decode().strip() == stand_in.gateway.url
    assert stand_in.gateway.identifies == 1
