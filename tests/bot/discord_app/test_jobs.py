import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.discord_app import jobs
from bot.services import CorpusSummary
from bot.store.job_records import HeldBack
from tests.bot.discord_app.conftest import online
from tests.bot.discord_app.stubs import JOB, OUTCOME, RUNNING, SUCCEEDED, StubServices
from tests.discord_stand_in import DiscordStandIn, Guild, Interaction, Member, Message, Upload
from tests.discord_stand_in.world import ATTACHMENT_SIZE_LIMIT

TEXT = Upload("kipling.txt", b"If you can keep your head\n" * 100)


async def train(discord: DiscordStandIn, who: Member, **options: object) -> Interaction:
    return await discord.slash(who, "train", {"artist": "kipling", **options})


async def end_is_told(services: StubServices) -> None:
    async with asyncio.timeout(5):
        await services.training.end_told.wait()
    assert services.training.told == [3]


def has_curve(message: Message) -> bool:
    return [upload.filename for upload in message.attachments] == ["curve.png"]


@pytest.fixture
async def bot(discord: DiscordStandIn, services: StubServices, guild: Guild) -> AsyncIterator[None]:
    async with online(discord, services):
        yield


async def test_a_text_is_read_queued_and_followed_to_its_result(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = ["go on", RUNNING, 3, SUCCEEDED]
    interaction = await train(discord, chief, corpus=TEXT, minutes=2)
    assert await interaction.acknowledged() == 5
    message = await interaction.message()
    assert "Number 2 in the queue" in message.text
    assert services.training.received == [TEXT.data]
    services.training.go_on.set()
    await message.until(lambda message: "12,345 characters/s" in message.text)
    await message.until(has_curve)
    assert "Version 2 sings" in message.text
    assert [button["label"] for button in message.buttons] == ["Sing"]
    assert services.training.messages == [(3, chief.guild.channels[0].id, message.id)]
    await end_is_told(services)
    assert not interaction.followups


async def test_what_a_message_shows_already_is_not_shown_again(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = [replace(JOB, message_id=9), 0.3, "go on", SUCCEEDED]
    message = await (await train(discord, chief)).message()
    assert "Number 2 in the queue" in message.text
    services.training.go_on.set()
    await end_is_told(services)
    assert len(message.edits) == 2  # the first answer, and the end


async def test_members_without_manage_server_are_refused_before_anything_is_read(
    bot: None, discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    upload = Upload("a.txt", b"text")
    message = await (await train(discord, anna, corpus=upload)).message()
    assert message.ephemeral
    assert "Manage Server" in message.content
    assert upload.fetches == 0
    assert services.training.received == []


async def test_a_text_that_is_declared_too_large_is_not_fetched(
    bot: None, discord: DiscordStandIn, chief: Member
) -> None:
    upload = Upload("a.txt", b"x" * 10_001)
    assert (await (await train(discord, chief, corpus=upload)).message()).ephemeral
    assert upload.fetches == 0


async def test_a_text_that_lies_about_its_size_is_read_no_further(
    discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.settings = replace(services.settings, max_corpus_bytes=100_000)
    upload = Upload("a.txt", b"x" * 20_000_000, declared_size=10)
    async with online(discord, services):
        interaction = await train(discord, chief, corpus=upload)
        message = await interaction.followup()
    assert message.ephemeral
    assert "larger than 100,000 bytes" in message.content
    assert upload.bytes_served < 5_000_000
    assert services.training.received == []


async def test_a_text_that_will_not_do_is_refused_to_the_asker_alone(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.refusal = "The text is too short."
    message = await (await train(discord, chief, corpus=TEXT)).followup()
    assert (message.ephemeral, message.content) == (True, "The text is too short.")


async def test_training_an_artist_that_comes_with_the_bot_has_to_be_confirmed(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.shipped = frozenset({"kipling"})
    services.training.script = ["go on", SUCCEEDED]
    question = await (await train(discord, chief, corpus=TEXT, minutes=2)).message()
    assert question.ephemeral
    assert question.text == "kipling comes with the bot; this trains a new version of it for everyone."
    assert services.training.received == []
    shown = await (await discord.press(chief, question, "Train a new version")).message()
    assert not shown.ephemeral
    assert "Number 2 in the queue" in shown.text
    assert services.training.received == [TEXT.data]
    await question.until(lambda question: question.deleted)
    services.training.go_on.set()
    await end_is_told(services)
    assert services.training.messages == [(3, chief.guild.channels[0].id, shown.id)]


async def test_a_refused_confirmation_can_be_repeated(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.shipped = frozenset({"kipling"})
    services.training.refusal = "Try again in a minute."
    question = await (await train(discord, chief)).message()
    refused = await (await discord.press(chief, question, "Train a new version")).followup()
    assert (refused.ephemeral, refused.content) == (True, "Try again in a minute.")
    services.training.refusal = None
    assert "Number 2" in (await (await discord.press(chief, question, "Train a new version")).message()).text


async def test_a_confirmation_that_came_too_late(
    discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.shipped = frozenset({"kipling"})
    async with online(discord, services):
        question = await (await train(discord, chief)).message()
    async with online(discord, services):
        refused = await (await discord.press(chief, question, "Train a new version")).message()
    assert (refused.ephemeral, refused.content) == (
        True,
        "That request is no longer stored. Ask again with /train.",
    )
    assert services.training.received == []


async def test_cancel_is_for_those_who_manage_the_server(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member, anna: Member
) -> None:
    services.training.script = ["cancelled"]
    message = await (await train(discord, chief)).message()
    refused = await (await discord.press(anna, message, "Cancel")).message()
    assert refused.ephemeral
    assert "Manage Server" in refused.content
    told = await (await discord.press(chief, message, "Cancel")).message()
    assert told.content == "Job 3 has been cancelled."
    await message.until(lambda message: "Cancelled." in message.text and not message.buttons)


async def test_a_result_that_was_held_back_can_be_used_anyway(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member, anna: Member
) -> None:
    outcome = replace(
        OUTCOME, version=1, takes_over=False, held_back=HeldBack.WORSE_THAN_BASELINE, sample_lines="I *walk*\nalone"
    )
    services.training.script = [replace(SUCCEEDED, outcome=outcome)]
    message = await (await train(discord, chief)).message()
    await message.until(has_curve)
    assert "Version 1 is kept but does not sing yet." in message.text
    assert "> I \\*walk\\*\n> alone" in message.text
    assert [button["label"] for button in message.buttons] == ["Use it anyway"]
    refused = await (await discord.press(anna, message, "Use it anyway")).message()
    assert refused.ephemeral
    assert "Manage Server" in refused.content
    await discord.press(chief, message, "Use it anyway")
    await message.until(lambda message: "Version 1 sings from now on." in message.text)
    assert [button["label"] for button in message.buttons] == ["Sing"]
    assert services.artists.used == [3]


async def test_after_the_token_died_the_channel_shows_the_result(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = ["go on", SUCCEEDED]
    message = await (await train(discord, chief)).message()
    discord.clock.advance(15 * 60)
    services.training.go_on.set()
    await message.until(has_curve)
    await end_is_told(services)


async def test_where_the_message_is_gone_the_channel_gets_a_new_one(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = ["go on", SUCCEEDED]
    message = await (await train(discord, chief)).message()
    discord.messages.delete(message)
    services.training.go_on.set()
    new = await discord.message_in(chief.guild.channels[0], has_curve)
    assert new is not message


async def test_an_artist_forgotten_meanwhile(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = [RUNNING]
    message = await (await train(discord, chief)).message()
    await message.until(lambda message: "has been deleted" in message.text and not message.buttons)


async def test_a_restart_continues_where_the_last_process_stopped(
    discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    services.training.script = [RUNNING, "go on"]
    async with online(discord, services):
        message = await (await train(discord, chief)).message()
        await message.until(lambda message: "characters/s" in message.text)
    assert services.training.told == []
    channel = chief.guild.channels[0]
    services.training.untold = [replace(RUNNING, channel_id=channel.id, message_id=message.id)]
    services.training.script = [replace(SUCCEEDED, outcome=replace(OUTCOME, version=9))]
    async with online(discord, services):
        await message.until(has_curve)
        assert "Version 9" in message.text
        await end_is_told(services)


async def test_a_result_without_a_message_is_announced_in_the_channel(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    channel = guild.channels[0]
    services.training.untold = [replace(JOB, channel_id=channel.id, message_id=None)]
    async with online(discord, services):
        await discord.message_in(channel, has_curve)
        await end_is_told(services)


async def test_faults_of_the_database_do_not_end_the_following(
    discord: DiscordStandIn, services: StubServices, guild: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_SECONDS_AFTER_FAULT", 0.01)
    channel = guild.channels[0]
    faulty = ("unannounced", "understood", "watch", "curve", "announced")
    services.training.faults = dict.fromkeys(faulty, 2)
    services.training.untold = [replace(JOB, channel_id=channel.id, message_id=None)]
    services.training.script = [RUNNING, SUCCEEDED]
    async with online(discord, services):
        await discord.message_in(channel, has_curve)
        await end_is_told(services)
    assert services.training.faults == dict.fromkeys(faulty, 0)
    assert len([message for message in discord.messages.all.values() if has_curve(message)]) == 1


async def test_a_result_that_cannot_be_posted_is_not_tried_for_ever(
    discord: DiscordStandIn, services: StubServices, guild: Guild, caplog: pytest.LogCaptureFixture
) -> None:
    closed = guild.channel("closed")
    closed.bot_may_send = False
    services.training.untold = [replace(JOB, channel_id=closed.id, message_id=None)]
    async with online(discord, services):
        await end_is_told(services)
    assert "cannot announce the end" in caplog.text


async def test_jobs_and_cancel(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member, anna: Member
) -> None:
    message = await (await discord.slash(chief, "jobs")).message()
    assert message.ephemeral
    assert "25%" in message.text
    assert (await (await discord.slash(anna, "jobs")).message()).content.startswith("Only members")
    choices = await discord.autocomplete(chief, "cancel", "job", "ki")
    assert choices == [{"name": "3 · kipling · queued", "value": 3}]
    told = await (await discord.slash(chief, "cancel", {"job": 3})).message()
    assert (told.ephemeral, told.content) == (True, "Job 3 has been cancelled.")


async def test_what_was_understood_is_said_and_the_cleaned_text_shown(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member, anna: Member
) -> None:
    services.training.script = ["cancelled"]
    services.training.summary = CorpusSummary(12, 9_000, "utf-8", ("Genius page",))
    message = await (await train(discord, chief, corpus=TEXT)).message()
    assert "12 songs to learn from, 9 KB after cleaning (recognised: Genius page)." in message.text
    refused = await (await discord.press(anna, message, "Show cleaned text")).message()
    assert "Manage Server" in refused.content
    shown = await (await discord.press(chief, message, "Show cleaned text")).message()
    assert shown.ephemeral
    assert "> If you can \\*keep\\*\n> your head" in shown.text
    assert [(file.filename, file.data) for file in shown.attachments] == [
        ("cleaned.txt", b"If you can *keep*\nyour head")
    ]
    await discord.press(chief, message, "Cancel")
    await message.until(lambda message: "Cancelled." in message.text)


async def test_a_text_that_is_too_large_for_discord_is_cut_between_lines(
    bot: None, discord: DiscordStandIn, services: StubServices, chief: Member
) -> None:
    line = "If you can keep your head, süß\n"
    services.training.script = ["cancelled"]
    services.training.summary = CorpusSummary(12, 9_000, "utf-8")
    services.training.text = line * 350_000
    message = await (await train(discord, chief, corpus=TEXT)).message()
    shown = await (await discord.press(chief, message, "Show cleaned text")).message()
    (file,) = shown.attachments
    assert ATTACHMENT_SIZE_LIMIT - len(line.encode()) < len(file.data) <= ATTACHMENT_SIZE_LIMIT
    assert file.data.endswith(line.encode())
    assert "The whole text is too large for Discord: the file has the first 10.5 MB of 11.6 MB." in shown.text
