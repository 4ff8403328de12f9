import asyncio

import pytest

from tests.discord_stand_in import MANAGE_MESSAGES, DiscordStandIn, Guild, Interaction, Member, Message
from tests.discord_stand_in.components import texts
from tests.end_to_end.bot_process import BotProcess
from tests.end_to_end.conftest import SEED


async def sing(discord: DiscordStandIn, who: Member, **options: object) -> Interaction:
    return await discord.slash(who, "lyrics", {"seed": SEED, **options})


def is_whole(message: Message) -> bool:
    labels = [button.get("label") for button in message.buttons]
    return labels[:2] == ["Again", "Continue"] and labels[-3:] == ["Whole song", "Card", "Delete"]


def song(message: Message) -> str:
    """Return the lyrics between heading and footer, without the marks around the seed."""
    return texts(message.components)[-2].replace("**", "")


async def test_a_seed_becomes_a_song(bot: BotProcess, discord: DiscordStandIn, anna: Member) -> None:
    interaction = await sing(discord, anna)
    await interaction.acknowledged()
    message = await interaction.final(is_whole)
    assert song(message).startswith(SEED)
    assert len([line for line in song(message).splitlines() if line.strip()]) == 12
    assert "generated, in the style of **testling**" in message.text
    assert f"**{SEED}**" in message.text
    assert "12 lines" in message.text
    assert not message.ephemeral


@pytest.mark.parametrize("options", [{"lines": 2}, {"lines": 40, "temperature": 1.5}, {"private": True}])
async def test_options_are_obeyed(
    bot: BotProcess, discord: DiscordStandIn, anna: Member, options: dict[str, object]
) -> None:
    message = await (await sing(discord, anna, artist="Testling", **options)).final(is_whole)
    assert f"{options.get('lines', 12)} lines" in message.text
    assert message.ephemeral is options.get("private", False)


async def test_the_buttons_still_work_after_a_restart(
    bot: BotProcess, discord: DiscordStandIn, anna: Member, guild: Guild
) -> None:
    message = await (await sing(discord, anna)).final(is_whole)
    for restarted in (False, True):
        if restarted:
            assert (await bot.stop())[0] == 0
            await bot.start()
        again = await (await discord.press(anna, message, "Again")).final(is_whole)
        assert song(again).startswith(SEED)
        before = song(message)
        await discord.press(anna, message, "Continue")
        await message.until(lambda message: len(song(message)) > len(before))  # noqa: B023
        await message.until(is_whole)
        assert song(message).startswith(before)
        await discord.press(guild.member("liz"), message, "👍")
        await message.until(lambda message: message.button("👍").get("label") == ("2" if restarted else "1"))  # noqa: B023
        card = await (await discord.press(anna, message, "Card")).final(lambda message: bool(message.attachments))
        assert card.attachments[0].data.startswith(b"\x89PNG")
        text = await (await discord.press(anna, message, "Whole song")).message()
        assert text.attachments[0].data.decode().startswith(SEED)
        refused = await (await discord.press(guild.member("ben"), message, "Delete")).message()
        assert refused.ephemeral
    await discord.press(guild.member("mod", MANAGE_MESSAGES), message, "Delete")
    await message.until(lambda message: message.deleted)
    await discord.press(anna, again, "Delete")
    await again.until(lambda message: message.deleted)
    assert len(discord.commands.syncs) == 1


async def test_an_unknown_artist_is_refused_in_a_sentence(
    bot: BotProcess, discord: DiscordStandIn, anna: Member
) -> None:
    message = await (await sing(discord, anna, artist="nobody")).message()
    assert message.ephemeral
    assert message.content.endswith(".")
    assert "error" not in message.content


async def test_sings_in_direct_messages_and_as_a_user_install(bot: BotProcess, discord: DiscordStandIn) -> None:
    ben = discord.user("ben", installed_app=True)
    elsewhere = discord.guild("Elsewhere", has_bot=False).join(ben)
    for who, channel in ((ben, discord.direct_messages(ben)), (elsewhere, elsewhere.guild.channels[0])):
        interaction = await discord.slash(who, "lyrics", {"seed": SEED}, channel=channel)
        assert song(await interaction.final(is_whole)).startswith(SEED)


async def test_a_seed_can_neither_ping_nor_format(bot: BotProcess, discord: DiscordStandIn, anna: Member) -> None:
    seed = "@everyone <@1> **bold** [link](https://example.org) ```"
    message = await (await discord.slash(anna, "lyrics", {"seed": seed, "lines": 2})).final(is_whole)
    assert "**@\u200beveryone \\<@1\\> \\*\\*bold\\*\\* \\[link\\](https\\://example.org)" in message.text


async def test_artists_history_and_my_data(
    bot: BotProcess, discord: DiscordStandIn, anna: Member, guild: Guild
) -> None:
    assert "testling" in (await (await discord.slash(anna, "artists")).message()).text
    details = await (await discord.slash(anna, "artist", {"name": "testling"})).message()
    assert details.attachments[0].data.startswith(b"\x89PNG")
    names = [choice["value"] for choice in await discord.autocomplete(anna, "lyrics", "artist", "test")]
    assert names == ["testling"]

    await (await sing(discord, anna)).final(is_whole)
    history = await (await discord.slash(anna, "history")).message()
    assert history.ephemeral
    assert SEED in history.text
    others = await (await discord.slash(guild.member("ben"), "history")).message()
    assert SEED not in others.text

    exported = await (await discord.slash(anna, "mydata export")).final(lambda message: bool(message.attachments))
    assert SEED in exported.attachments[0].data.decode()
    question = await (await discord.slash(anna, "mydata delete")).message()
    await discord.press(anna, question, "Delete everything")
    await question.until(lambda message: message.content.startswith("Requests deleted: 1."))
    assert SEED not in (await (await discord.slash(anna, "history")).message()).text
    assert "LSTM" in (await (await discord.slash(anna, "about")).message()).text


async def test_songs_that_a_kill_interrupts_are_mended_at_the_next_start(
    bot: BotProcess, discord: DiscordStandIn, guild: Guild
) -> None:
    members = [guild.member(f"member {number}") for number in range(60)]  # so many that songs take a while
    options = {"seed": SEED, "artist": "testling", "lines": 40, "rhyme": "ABAB"}
    asked = [await discord.slash(member, "lyrics", options) for member in members]
    shown = [await interaction.message() for interaction in asked[:10]]
    await asyncio.sleep(0.3)
    await bot.kill()
    interrupted = [message for message in shown if "is singing" in message.text]
    assert interrupted
    await bot.start()
    for message in interrupted:
        await message.until(lambda message: "was interrupted" in message.text, 30)
        assert [button["label"] for button in message.buttons] == ["Again"]
    again = await (await discord.press(members[0], interrupted[0], "Again")).final(is_whole)
    assert song(again).startswith(SEED)
    discord.refusals.clear()  # a song that was killed before its first answer has no message
