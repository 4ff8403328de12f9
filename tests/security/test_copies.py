"""Songs that `/history` shows again: buttons pressed there also act on the message that everybody sees."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_stand_in import DiscordStandIn, Member, Message
from tests.security.stage import Stage, opened


@pytest.fixture
async def stage(discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with opened(discord, tmp_path, monkeypatch) as opened_stage:
        yield opened_stage


def labels(message: Message) -> list[str | None]:
    return [button.get("label") for button in message.buttons]


async def sung(stage: Stage, who: Member) -> Message:
    """Ask for a song, and wait until the bot knows which message shows it."""
    asked = await stage.discord.slash(who, "lyrics", {"seed": "I walk", "lines": 2})
    message = await asked.final(lambda message: bool(message.buttons))

    async def is_known() -> bool:
        page = await stage.services.privacy.history(stage.asker(who, message.channel))
        return page.entries[0].message_id == message.id

    async with asyncio.timeout(60):
        while not await is_known():
            pass
    return message


async def copy_of(stage: Stage, who: Member) -> Message:
    """Have /history show the newest song."""
    listed = await (await stage.discord.slash(who, "history")).message()
    shown = next(button["custom_id"] for button in listed.buttons if button.get("label") == "Show")
    copy = await (await stage.discord.press(who, listed, shown)).message()
    assert copy.ephemeral
    return copy


async def test_delete_below_a_copy_deletes_the_song_everywhere(stage: Stage) -> None:
    anna = stage.guild.member("anna")
    song = await sung(stage, anna)
    copy = await copy_of(stage, anna)
    await stage.discord.press(anna, copy, "Delete")
    await copy.until(lambda message: message.deleted)
    await song.until(lambda message: message.deleted)
    assert (await stage.services.privacy.history(stage.asker(anna, song.channel))).entries == ()


async def test_delete_below_a_copy_says_so_where_the_songs_message_is_out_of_reach(stage: Stage) -> None:
    anna = stage.guild.member("anna")
    song = await sung(stage, anna)
    copy = await copy_of(stage, anna)
    song.channel.with_bot = False  # the bot has lost access to the channel
    pressed = await stage.discord.press(anna, copy, "Delete")
    said = await pressed.followup()
    assert said.ephemeral
    assert f"discord.com/channels/{stage.guild.id}/{song.channel.id}/{song.id}" in said.content
    assert copy.deleted
    await stage.discord.press(anna, song, "Delete")
    await song.until(lambda message: message.deleted)


async def test_a_copy_is_continued_in_a_message_of_its_own(stage: Stage) -> None:
    anna = stage.guild.member("anna")
    song = await sung(stage, anna)
    before = song.text
    copy = await copy_of(stage, anna)
    further = await (await stage.discord.press(anna, copy, "Continue")).final(lambda message: bool(message.buttons))
    assert further.ephemeral
    assert further not in (song, copy)
    assert "part 2" in further.text
    assert song.text == before
    assert copy.text == before
    await stage.discord.press(anna, song, "Continue")
    await song.until(lambda message: len(message.text) > len(before) and bool(message.buttons))
    assert "part 2" not in song.text


async def test_votes_are_given_below_the_song_itself(stage: Stage) -> None:
    anna = stage.guild.member("anna")
    song = await sung(stage, anna)
    copy = await copy_of(stage, anna)
    assert len(labels(song)) == 6
    assert labels(copy) == ["Again", "Continue", "Whole song", "Card", "Delete"]
