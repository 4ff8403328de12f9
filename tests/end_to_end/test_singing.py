import pytest

from tests.discord_stand_in import MANAGE_MESSAGES, DiscordStandIn, Guild, Interaction, Member, Message
from tests.end_to_end.bot_process import BotProcess
from tests.end_to_end.conftest import SEED


async def sing(discord: DiscordStandIn, who: Member, **options: object) -> Interaction:
    return await discord.slash(who, "lyrics", {"seed": SEED, **options})


def is_whole(message: Message) -> bool:
    return [button["label"] for button in message.buttons] == ["Again", "Continue", "Delete"]


def song(message: Message) -> str:
    return str(message.embeds[0]["description"])


async def test_a_seed_becomes_a_song(bot: BotProcess, discord: DiscordStandIn, anna: Member) -> None:
    interaction = await sing(discord, anna)
    await interaction.acknowledged()
    message = await interaction.final(is_whole)
    assert song(message).startswith(SEED)
    assert len([line for line in song(message).splitlines() if line.strip()]) == 12
    assert "testling · 12 lines" in message.text
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
        on = await (await discord.press(anna, message, "Continue")).final(is_whole)
        assert not song(on).startswith(SEED)
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
    assert song(message).startswith("@\u200beveryone \\<@1\\> \\*\\*bold\\*\\* \\[link\\](https\\://example.org)")


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
