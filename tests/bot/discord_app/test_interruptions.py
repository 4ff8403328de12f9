"""Songs and training jobs that a stop, a crash or a fault interrupts: no message says "is singing" for ever."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.discord_app import client
from bot.services import SongRequest, SongSoFar
from bot.store import unfinished_songs
from bot.store.unfinished_songs import StoredUnfinished
from tests.bot.discord_app.conftest import online
from tests.bot.discord_app.stubs import RUNNING, SUCCEEDED, StubServices
from tests.bot.waiting import until
from tests.discord_stand_in import DiscordStandIn, Interaction, Member, Message

FOREVER = 60


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SECONDS_TO_FINISH_SONGS", 0.3)


async def ask(discord: DiscordStandIn, who: Member, **options: object) -> Interaction:
    return await discord.slash(who, "lyrics", {"seed": "I walk alone", **options})


async def to_be_mended(services: StubServices) -> list[StoredUnfinished]:
    return await services.database.read(unfinished_songs.to_be_mended)


async def all_is_mended(services: StubServices) -> None:
    async with asyncio.timeout(5):
        while await to_be_mended(services):  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.02)


async def left_behind(discord: DiscordStandIn, services: StubServices, who: Member) -> Message:
    """Leave a song behind in the database and on Discord, as a process does that is killed."""
    services.lyrics.script = [SongSoFar("burns", "I walk alone\nwith half", "I walk alone"), FOREVER]
    async with online(discord, services):
        message = await (await ask(discord, who)).message()
        await until(lambda: services.lyrics.asked, 5)
        songs: list[StoredUnfinished] = []
        while not songs:
            songs = await to_be_mended(services)
    assert "was interrupted" in message.text
    # Stopping has repaired the message, which a killed process would not have done.
    await services.database.write(
        lambda c: c.execute("UPDATE unfinished_songs SET token = ? WHERE id = ?", (songs[0].token, songs[0].id))
    )
    services.lyrics.script = []
    return message


async def test_a_song_that_a_stop_interrupts_says_so_and_can_be_asked_for_again(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.lyrics.script = [SongSoFar("burns", "I walk alone\nwith half", "I walk alone"), FOREVER]
    async with online(discord, services):
        message = await (await ask(discord, anna, lines=7)).message()
        assert "is singing" in message.text
    assert "with half" in message.text
    assert "burns was interrupted." in message.text
    assert [button["label"] for button in message.buttons] == ["Again"]
    assert await to_be_mended(services) == []
    services.lyrics.script = []
    async with online(discord, services):
        sung = await (await discord.press(anna, message, "Again")).final(lambda message: bool(message.buttons))
        assert "and the song goes on" in sung.text
    assert services.lyrics.asked[-1][1] == SongRequest("I walk alone", lines=7)


async def test_an_interrupted_song_that_is_sung_privately_is_known_to_be_private(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await left_behind(discord, services, anna)
    async with online(discord, services):
        await message.until(lambda message: bool(message.buttons))
        services.lyrics.only_channel = 1
        assert (await (await discord.press(anna, message, "Again")).message()).ephemeral
    assert services.lyrics.asked[-1][1] == SongRequest("I walk alone", private=True)


async def test_a_song_that_is_almost_done_is_finished_at_a_stop(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.lyrics.script = [SongSoFar("burns", "I walk"), 0.1]
    async with online(discord, services):
        message = await (await ask(discord, anna)).message()
    assert "and the song goes on" in message.text
    assert len(message.buttons) > 1
    assert await services.database.read(lambda c: c.execute("SELECT count(*) FROM unfinished_songs").fetchone()[0]) == 0


async def test_a_start_mends_what_a_crash_left(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    message = await left_behind(discord, services, anna)
    edits = len(message.edits)
    async with online(discord, services):
        await message.until(lambda message: len(message.edits) > edits)
        assert "**I walk alone**" in message.text
        assert "was interrupted" in message.text
        assert [button["label"] for button in message.buttons] == ["Again"]
        await all_is_mended(services)


async def test_after_the_token_died_the_message_is_mended_through_its_channel(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await left_behind(discord, services, anna)
    edits = len(message.edits)
    discord.clock.advance(15 * 60)
    for song in await to_be_mended(services):
        then = (song.began_at - timedelta(minutes=15)).isoformat(timespec="microseconds")
        await services.database.write(
            lambda c, then=then: c.execute("UPDATE unfinished_songs SET began_at = ?", (then,))
        )
    async with online(discord, services):
        await message.until(lambda message: len(message.edits) > edits)
        await all_is_mended(services)


async def test_a_token_that_discord_refuses_early_leaves_the_way_through_the_channel(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await left_behind(discord, services, anna)
    edits = len(message.edits)
    discord.clock.advance(15 * 60)  # by its clock, not by ours
    async with online(discord, services):
        await message.until(lambda message: len(message.edits) > edits)
        await all_is_mended(services)


async def test_a_message_that_is_gone_needs_no_mending(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    message = await left_behind(discord, services, anna)
    discord.messages.delete(message)
    async with online(discord, services):
        await all_is_mended(services)
    assert await services.database.read(lambda c: c.execute("SELECT count(*) FROM unfinished_songs").fetchone()[0]) == 0


async def test_a_song_that_grows_shows_what_it_was_after_a_stop(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    services.lyrics.script = []
    async with online(discord, services):
        message = await (await ask(discord, anna)).final(lambda message: bool(message.buttons))
        services.lyrics.script = [SongSoFar("burns", f"{services.lyrics.earlier}\nand half", "I walk alone"), FOREVER]
        await discord.press(anna, message, "Continue")
        await message.until(lambda message: "is singing" in message.text)
    assert "is singing" not in message.text
    assert "and half" not in message.text
    assert len(message.buttons) > 1
    assert await to_be_mended(services) == []


async def test_a_song_that_fails_midway_says_so(discord: DiscordStandIn, services: StubServices, anna: Member) -> None:
    services.lyrics.script = [SongSoFar("burns", "I walk"), 0.1, ValueError("out of tune")]
    async with online(discord, services):
        interaction = await ask(discord, anna)
        message = await interaction.message()
        await message.until(lambda message: "was interrupted" in message.text)
        assert [button["label"] for button in message.buttons] == ["Again"]
        assert "Something went wrong" in (await interaction.followup()).content


async def test_songs_asked_for_during_a_stop_are_refused_in_words(services: StubServices) -> None:
    app = client.LyricsClient(services, (), ())  # type: ignore[arg-type]
    await app._async_setup_hook()
    await app.close()
    with pytest.raises(Exception, match="about to restart"), app.singing():
        pass


async def test_a_training_whose_first_answer_failed_is_announced_all_the_same(
    discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = [RUNNING, "go on", replace(SUCCEEDED)]
    async with online(discord, services):
        discord.fail(1, path_contains="@original", status=400)
        interaction = await discord.slash(chief, "train", {"artist": "kipling"})
        await until(lambda: services.training.received, 5)
        services.training.go_on.set()
        await services.training.end_told.wait()
        message = await interaction.message()
        assert "Version 2 sings from now on" in message.text
    assert services.training.told == [3]
