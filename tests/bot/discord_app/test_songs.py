import asyncio
import logging
import re

import pytest

from bot.services import Continuation, Refusal, SongRequest, SongSoFar, SungAgain
from tests.bot.discord_app.stubs import StubServices
from tests.discord_stand_in import MANAGE_MESSAGES, DiscordStandIn, Guild, Interaction, Member

pytestmark = pytest.mark.usefixtures("bot")

WHOLE = "I walk alone\nand the song goes on"


async def ask(discord: DiscordStandIn, who: Member, **options: object) -> Interaction:
    return await discord.slash(who, "lyrics", {"seed": "I walk alone", **options})


async def test_a_quick_song_is_the_first_answer(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = []
    interaction = await ask(discord, anna, artist="burns", lines=14, temperature=0.7, rhyme="AABB")
    assert await interaction.acknowledged() == 4
    message = await interaction.message()
    assert message.embeds[0]["description"] == WHOLE
    assert "burns · 14 lines · rhyme AABB · temperature 0.8" in message.text
    assert [button["label"] for button in message.buttons] == ["Again", "Continue", "Delete"]
    ((asker, request),) = services.lyrics.asked
    assert (asker.user_id, asker.guild_id) == (anna.user.id, anna.guild.id)
    assert request == SongRequest("I walk alone", "burns", 14, 0.7, "AABB", False)


async def test_a_crowd_shares_a_few_connections(discord: DiscordStandIn, services: StubServices, guild: Guild) -> None:
    services.lyrics.script = [0.3]
    members = [guild.member(f"member {number}") for number in range(150)]
    asked = await asyncio.gather(*(ask(discord, member) for member in members))
    for interaction in asked:
        assert (await interaction.final(lambda message: bool(message.buttons))).embeds[0]["description"] == WHOLE
    assert discord.connections <= 32 + 1


async def test_lines_are_shown_as_they_come(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [SongSoFar("burns", "I walk"), 0.3]
    interaction = await ask(discord, anna)
    assert await interaction.acknowledged() == 4
    message = await interaction.message()
    assert message.embeds[0]["description"] == "I walk"
    assert not message.buttons
    await message.until(lambda message: bool(message.buttons))
    assert message.embeds[0]["description"] == WHOLE


async def test_a_slow_song_is_deferred(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [0.5]
    interaction = await ask(discord, anna)
    assert await interaction.acknowledged() == 5
    assert interaction.latency < 0.45
    assert (await interaction.message()).embeds[0]["description"] == WHOLE


async def test_many_lines_stay_within_the_edit_limit(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    for number in range(50):
        services.lyrics.script += [0.1, SongSoFar("burns", "line\n" * number)]
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    assert 3 <= len(message.edits) <= 6


async def test_only_the_asker_sees_a_refusal(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [Refusal("Nobody of that *name* sings here.")]
    interaction = await ask(discord, anna)
    message = await interaction.message()
    assert message.ephemeral
    assert message.content == r"Nobody of that \*name\* sings here."


async def test_so_is_a_refusal_after_deferring(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [0.4, Refusal("Too late.")]
    interaction = await ask(discord, anna)
    assert await interaction.acknowledged() == 5
    message = await interaction.followup()
    assert message.ephemeral
    assert message.content == "Too late."
    assert interaction.original is not None
    assert interaction.original.deleted


async def test_the_inexplicable_gets_an_id_that_is_in_the_log(
    discord: DiscordStandIn, services: StubServices, anna: Member, caplog: pytest.LogCaptureFixture
) -> None:
    services.lyrics.script = [ValueError("a fault of the program")]
    message = await (await ask(discord, anna)).message()
    assert message.ephemeral
    found = re.search(r"error ([0-9a-f]{8})", message.content)
    assert found
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert found[1] in record.getMessage()


async def test_a_private_song_is_ephemeral_and_so_is_what_follows(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await ask(discord, anna, private=True)).final(lambda message: bool(message.buttons))
    assert message.ephemeral
    again = await discord.press(anna, message, "Again")
    assert (await again.message()).ephemeral


async def test_outside_the_chosen_channel_songs_are_private(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    services.lyrics.only_channel = guild.channel("songs").id
    assert (await (await ask(discord, anna)).message()).ephemeral


async def test_again_and_continue_answer_with_new_messages(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    ben = guild.member("ben")
    for button, what in (("Again", SungAgain(7)), ("Continue", Continuation(7))):
        new = await (await discord.press(ben, message, button)).final(lambda message: bool(message.buttons))
        assert new is not message
        assert new.text.startswith("on")
        asker, asked = services.lyrics.asked[-1]
        assert (asker.user_id, asked) == (ben.user.id, what)


async def test_delete_is_for_the_asker_and_for_moderators(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    first, second = [await (await ask(discord, anna)).final(lambda message: bool(message.buttons)) for _ in range(2)]
    refused = await (await discord.press(guild.member("ben"), first, "Delete")).message()
    assert refused.ephemeral
    assert not first.deleted
    await discord.press(anna, first, "Delete")
    await first.until(lambda message: message.deleted)
    await discord.press(guild.member("mod", MANAGE_MESSAGES), second, "Delete")
    await second.until(lambda message: message.deleted)


async def test_a_private_song_can_be_deleted(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await ask(discord, anna, private=True)).final(lambda message: bool(message.buttons))
    await discord.press(anna, message, "Delete")
    await message.until(lambda message: message.deleted)


async def test_a_deleted_message_ends_the_composing(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    for number in range(400):
        services.lyrics.script += [0.05, SongSoFar("burns", f"line {number}")]
    interaction = await ask(discord, anna)
    message = await interaction.message()
    discord.messages.delete(message)
    async with asyncio.timeout(5):
        await services.lyrics.closed.wait()
    assert not interaction.followups


@pytest.mark.parametrize("late", [0.1, 0.5])
async def test_an_interaction_that_has_expired_ends_the_composing(
    discord: DiscordStandIn, services: StubServices, anna: Member, caplog: pytest.LogCaptureFixture, late: float
) -> None:
    """Whether the song would have been the first answer, or would have come after deferring."""
    services.lyrics.script = [late, *[SongSoFar("burns", "I walk"), 0.1] * 600]
    interaction = await ask(discord, anna)
    discord.clock.advance(4)
    async with asyncio.timeout(5):
        await services.lyrics.closed.wait()
    assert interaction.answer is None
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_token_that_has_expired_ends_the_composing(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    for number in range(400):
        services.lyrics.script += [0.05, SongSoFar("burns", f"line {number}")]
    message = await (await ask(discord, anna)).message()
    discord.clock.advance(16 * 60)
    async with asyncio.timeout(5):
        await services.lyrics.closed.wait()
    assert not message.buttons


async def test_sings_in_direct_messages_and_as_a_user_install(discord: DiscordStandIn, services: StubServices) -> None:
    ben = discord.user("ben", installed_app=True)
    places = [
        discord.direct_messages(ben),
        discord.direct_messages(ben, with_bot=False),
        discord.guild("Elsewhere", has_bot=False).channel("general"),
    ]
    for place in places:
        interaction = await discord.slash(ben, "lyrics", {"seed": "I walk alone"}, channel=place)
        assert (await interaction.final(lambda message: bool(message.buttons))).text.startswith(WHOLE)
        assert services.lyrics.asked[-1][0].channel_id == place.id


async def test_a_seed_can_do_no_harm(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    seed = "@everyone <@1> **b** [x](https://x.y) ```"
    services.lyrics.script = []
    message = await (await discord.slash(anna, "lyrics", {"seed": seed})).message()
    assert message.embeds[0]["description"].startswith(
        "@\u200beveryone \\<@1\\> \\*\\*b\\*\\* \\[x\\](https\\://x.y) \\`\\`\\`"
    )
    assert message.content == ""


@pytest.mark.parametrize("status", [500, None])
@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("path", ["/callback", "@original"])
async def test_a_request_that_failed_does_no_harm(
    discord: DiscordStandIn, services: StubServices, anna: Member, path: str, applied: bool, status: int | None
) -> None:
    discord.fail(1, path_contains=path, applied=applied, status=status)
    services.lyrics.script = [SongSoFar("burns", "I walk"), 0.1]
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    assert message.embeds[0]["description"] == WHOLE


async def test_artists_are_offered_while_typing(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    choices = await discord.autocomplete(anna, "lyrics", "artist", "kip")
    assert choices == [{"name": "kipling", "value": "kipling"}]

    def broken(typed: str) -> list[str]:
        raise ValueError("broken")

    services.artists.names = broken
    assert await discord.autocomplete(anna, "lyrics", "artist", "kip") == []
