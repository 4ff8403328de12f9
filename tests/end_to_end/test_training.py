from pathlib import Path

import pytest

from tests.corpora import verse
from tests.discord_stand_in import DiscordStandIn, Guild, Member, Message, Upload
from tests.discord_stand_in.components import texts
from tests.end_to_end.bot_process import BotProcess
from tests.end_to_end.conftest import SEED, SHORT_TEXT
from tests.end_to_end.test_singing import is_whole, song


def has_curve(message: Message) -> bool:
    return any(upload.data.startswith(b"\x89PNG") for upload in message.attachments)


@pytest.mark.parametrize(
    "upload",
    [
        Upload("short.txt", SHORT_TEXT.encode()),
        Upload("cowboy.txt", verse("cowboy").encode()),
    ],
    ids=["short", "cowboy"],
)
async def test_a_text_becomes_an_artist_that_sings(
    bot: BotProcess, discord: DiscordStandIn, chief: Member, anna: Member, upload: Upload
) -> None:
    interaction = await discord.slash(chief, "train", {"artist": "drover", "corpus": upload})
    assert await interaction.acknowledged() == 5
    message = await interaction.message()
    assert [button["label"] for button in message.buttons] == ["Cancel", "Show cleaned text"]
    await message.until(lambda message: "characters/s" in message.text or has_curve(message), 60)
    await message.until(has_curve, 240)
    shown = ["\n".join(texts(edit.components)) for edit in message.edits]
    assert any("loss " in text and (" left" in text or "measuring" in text) for text in shown)
    assert "bits per character" in message.text
    assert "\n> " in message.text
    labels = {button["label"] for button in message.buttons}
    if "Use it anyway" in labels:  # such a short training may lose to the baseline
        await discord.press(chief, message, "Use it anyway")
        await discord.message_in(chief.guild.channels[0], lambda message: "sings from now on" in message.text)
    else:
        assert "Sing" in labels
        assert "drover" in (await (await discord.press(anna, message, "Sing")).final(is_whole)).text
    sung = await (await discord.slash(anna, "lyrics", {"seed": SEED, "artist": "drover"})).final(is_whole)
    assert song(sung).startswith(SEED)
    assert "drover" in sung.text
    elsewhere = discord.guild("Elsewhere").member("carl")
    assert "drover" not in (await (await discord.slash(elsewhere, "artists")).message()).text


async def test_members_without_permission_are_refused(bot: BotProcess, discord: DiscordStandIn, anna: Member) -> None:
    upload = Upload("short.txt", SHORT_TEXT.encode())
    for command, options in (
        ("train", {"artist": "drover", "corpus": upload}),
        ("jobs", {}),
        ("cancel", {"job": 1}),
        ("forget", {"artist": "testling"}),
        ("rollback", {"artist": "testling"}),
        ("settings", {"language_filter": True}),
    ):
        message = await (await discord.slash(anna, command, options)).message()
        assert message.ephemeral
        assert "Manage Server" in message.content, command
    assert upload.fetches == 0


async def test_a_text_that_will_not_do_is_refused(bot: BotProcess, discord: DiscordStandIn, chief: Member) -> None:
    upload = Upload("short.txt", b"too short")
    interaction = await discord.slash(chief, "train", {"artist": "drover", "corpus": upload})
    message = await interaction.followup()
    assert message.ephemeral
    assert "2,000" in message.content


async def test_cancel_then_forget(bot: BotProcess, discord: DiscordStandIn, chief: Member) -> None:
    upload = Upload("short.txt", SHORT_TEXT.encode())
    message = await (await discord.slash(chief, "train", {"artist": "drover", "corpus": upload})).message()
    assert "drover" in (await (await discord.slash(chief, "jobs")).message()).text
    (choice,) = await discord.autocomplete(chief, "cancel", "job", "dro")
    assert choice["name"].split(" · ")[1] == "drover"
    await discord.press(chief, message, "Cancel")
    await message.until(lambda message: "Cancelled." in message.text and not message.buttons)
    question = await (await discord.slash(chief, "forget", {"artist": "drover"})).message()
    await discord.press(chief, question, "Forget this artist")
    await question.until(lambda message: "has been deleted, with" in message.content)


async def test_a_training_outlives_the_process_and_its_token(
    discord: DiscordStandIn, data_dir: Path, guild: Guild, chief: Member
) -> None:
    bot = BotProcess(discord, data_dir, LYRICS_TRAIN_MINUTES="0.15")
    await bot.start()
    try:
        upload = Upload("short.txt", SHORT_TEXT.encode())
        message = await (await discord.slash(chief, "train", {"artist": "drover", "corpus": upload})).message()
        await message.until(lambda message: "characters/s" in message.text, 60)
        await bot.kill()
        discord.clock.advance(15 * 60)
        await bot.start()
        await message.until(has_curve, 240)
    finally:
        await bot.kill()
