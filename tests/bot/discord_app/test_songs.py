import asyncio
import importlib.abc
import logging
import re
import sys
import threading
from dataclasses import replace

import pytest

from bot.services import Continuation, Refusal, SongRequest, SongSoFar, SungAgain
from tests.bot.discord_app.stubs import StubServices
from tests.bot.waiting import until
from tests.discord_stand_in import MANAGE_MESSAGES, DiscordStandIn, Guild, Interaction, Member, Message

pytestmark = pytest.mark.usefixtures("bot")

WHOLE = "**I walk alone**\nand the song goes on"
BUTTONS = ["Again", "Continue", None, "Whole song", "Card", "Delete"]


def labels(message: Message) -> list[str | None]:
    return [button.get("label") for button in message.buttons]


async def ask(discord: DiscordStandIn, who: Member, **options: object) -> Interaction:
    return await discord.slash(who, "lyrics", {"seed": "I walk alone", **options})


async def test_a_quick_song_is_the_first_answer(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = []
    options = {"artist": "burns", "lines": 14, "temperature": 0.7, "rhyme": "AABB", "form": "verses", "with": "kipling"}
    interaction = await ask(discord, anna, **options)
    assert await interaction.acknowledged() == 4
    message = await interaction.message()
    assert message.is_layout
    assert message.text.startswith(f"{WHOLE}\n-# generated, in the style of **burns**")
    assert "2 lines · rhyme AABB · temperature 0.8" in message.text
    assert labels(message) == BUTTONS
    await until(lambda: services.lyrics.shown_by == {7: message.id}, 5)
    ((asker, request),) = services.lyrics.asked
    assert (asker.user_id, asker.guild_id) == (anna.user.id, anna.guild.id)
    assert request == SongRequest("I walk alone", "burns", 14, 0.7, "AABB", False, "verses", "kipling")


async def test_a_crowd_shares_a_few_connections(discord: DiscordStandIn, services: StubServices, guild: Guild) -> None:
    services.lyrics.script = [0.3]
    members = [guild.member(f"member {number}") for number in range(150)]
    asked = await asyncio.gather(*(ask(discord, member) for member in members))
    for interaction in asked:
        assert WHOLE in (await interaction.final(lambda message: bool(message.buttons))).text
    assert discord.connections <= 32 + 1


async def test_lines_are_shown_as_they_come(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [SongSoFar("burns", "I walk"), 0.3]
    interaction = await ask(discord, anna)
    assert await interaction.acknowledged() == 4
    message = await interaction.message()
    assert message.text == "I walk\n-# burns is singing …"
    assert not message.buttons
    await message.until(lambda message: bool(message.buttons))
    assert WHOLE in message.text


async def test_a_slow_song_is_deferred(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [1.5]
    interaction = await ask(discord, anna)
    assert await interaction.acknowledged() == 5
    assert interaction.latency < 1.2
    message = await interaction.message()
    assert WHOLE in message.text
    await until(lambda: services.lyrics.shown_by == {7: message.id}, 5)


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


async def test_only_the_asker_sees_a_late_refusal(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
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


async def test_what_follows_a_song_in_another_channel_is_known_to_be_private(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    services.lyrics.script = []
    message = await (await ask(discord, anna)).message()
    services.lyrics.only_channel = guild.channel("songs").id
    again = await (await discord.press(anna, message, "Again")).message()
    services.lyrics.earlier = "\n".join(["and the wind sings the same old song"] * 100)
    further = await (await discord.press(anna, message, "Continue")).message()
    assert again.ephemeral
    assert further.ephemeral
    wishes = [wish for _, wish in services.lyrics.asked]
    assert wishes[1:] == [SungAgain(7, private=True), Continuation(7, private=True)]


async def test_again_answers_with_another_take(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    ben = guild.member("ben")
    new = await (await discord.press(ben, message, "Again")).final(lambda message: bool(message.buttons))
    assert new is not message
    assert "another take" in new.text
    await until(lambda: services.lyrics.shown_by.get(8) == new.id, 5)
    asker, asked = services.lyrics.asked[-1]
    assert (asker.user_id, asked) == (ben.user.id, SungAgain(7))


@pytest.mark.parametrize("pause", [0, 0.6])
async def test_continue_lets_the_song_grow_in_its_message(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild, pause: float
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    services.lyrics.script = [pause, SongSoFar("burns", "I walk alone\nand", "I walk alone"), 0.3]
    ben = guild.member("ben")
    pressed = await discord.press(ben, message, "Continue")
    assert await pressed.acknowledged() == (6 if pause else 7)
    await message.until(lambda message: "is singing" in message.text)
    assert message.text.startswith("**I walk alone**\nand")
    await message.until(lambda message: bool(message.buttons))
    assert "and further" in message.text
    asker, asked = services.lyrics.asked[-1]
    assert (asker.user_id, asked) == (ben.user.id, Continuation(7, in_place=True))


async def test_a_full_message_is_continued_in_the_next_one(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    services.lyrics.earlier = "\n".join(["and the wind sings the same old song"] * 100)
    new = await (await discord.press(anna, message, "Continue")).final(lambda message: bool(message.buttons))
    assert new is not message
    assert "part 2" in new.text
    assert services.lyrics.asked[-1][1] == Continuation(7)


async def test_a_song_that_cannot_be_continued_is_shown_as_it_was(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    services.lyrics.script = [SongSoFar("burns", "I walk alone\nand"), 0.2, Refusal("That song was deleted.")]
    pressed = await discord.press(anna, message, "Continue")
    refused = await pressed.followup()
    assert (refused.ephemeral, refused.content) == (True, "That song was deleted.")
    await message.until(lambda message: labels(message) == BUTTONS)
    assert WHOLE in message.text


async def test_a_thumb_is_one_vote_and_is_withdrawn_by_the_next_press(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    ben = guild.member("ben")
    for who, count in ((anna, "1"), (ben, "2"), (anna, "1"), (ben, None)):
        await discord.press(who, message, "👍")
        await message.until(lambda message, count=count: message.button("👍").get("label") == count)  # type: ignore[misc]
    assert WHOLE in message.text


async def test_private_songs_and_bots_without_history_have_no_thumb(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await (await ask(discord, anna, private=True)).final(lambda message: bool(message.buttons))
    assert labels(message) == ["Again", "Continue", "Whole song", "Card", "Delete"]
    services.settings = replace(services.settings, history_days=0)
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    assert None not in labels(message)


async def test_the_whole_song_is_a_text_file_with_all_parts(discord: DiscordStandIn, anna: Member) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    answer = await (await discord.press(anna, message, "Whole song")).message()
    assert answer.ephemeral
    (file,) = answer.attachments
    assert (file.filename, file.data.decode()) == ("song.txt", "I walk alone\nand the song goes on\nand further\n")


async def test_a_card_is_a_picture_of_the_song(
    discord: DiscordStandIn, services: StubServices, anna: Member, guild: Guild
) -> None:
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    card = await (await discord.press(guild.member("ben"), message, "Card")).message()
    assert not card.ephemeral
    assert card.attachments[0].data.startswith(b"\x89PNG")
    assert "generated, in the style of burns" in card.text
    services.lyrics.earlier = "我独自走在路上"
    refused = await (await discord.press(anna, message, "Card")).followup()
    assert refused.ephemeral
    assert "letters" in refused.content


async def test_the_event_loop_does_not_wait_for_the_import_of_what_draws(
    discord: DiscordStandIn, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing: list[threading.Thread] = []

    class Watch(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, *_: object) -> None:
            if name == "bot.discord_app.song_card":
                importing.append(threading.current_thread())

    monkeypatch.delitem(sys.modules, "bot.discord_app.song_card", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Watch(), *sys.meta_path])
    message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
    await (await discord.press(anna, message, "Card")).final(lambda message: bool(message.attachments))
    assert importing
    assert threading.main_thread() not in importing


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
    """Whether the song would have been the first answer or would have followed a deferred one."""
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
        assert WHOLE in (await interaction.final(lambda message: bool(message.buttons))).text
        assert services.lyrics.asked[-1][0].channel_id == place.id


async def test_a_seed_can_do_no_harm(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    seed = "@everyone <@1> **b** [x](https://x.y) ```"
    services.lyrics.script = []
    message = await (await discord.slash(anna, "lyrics", {"seed": seed})).message()
    assert "**@\u200beveryone \\<@1\\> \\*\\*b\\*\\* \\[x\\](https\\://x.y) \\`\\`\\`**" in message.text
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
    assert WHOLE in message.text


async def test_artists_are_offered_while_typing(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    choices = await discord.autocomplete(anna, "lyrics", "artist", "kip")
    assert choices == [{"name": "kipling", "value": "kipling"}]

    def broken(typed: str) -> list[str]:
        raise ValueError("broken")

    services.artists.names = broken
    assert await discord.autocomplete(anna, "lyrics", "artist", "kip") == []
