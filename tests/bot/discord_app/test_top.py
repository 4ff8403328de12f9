"""`/top`: which songs it shows, and to whom."""

from dataclasses import replace

import pytest

from bot.services import Asker, Song
from tests.bot.discord_app.conftest import online
from tests.bot.discord_app.stubs import StubServices
from tests.discord_stand_in import DiscordStandIn, Guild, Member
from tests.discord_stand_in.components import walk


async def test_top_links_to_the_songs_of_channels_that_the_asker_may_see(
    discord: DiscordStandIn, services: StubServices, anna: Member
) -> None:
    async with online(discord, services):
        message = await (await discord.slash(anna, "top")).message()
    assert "**1. I walk alone** · 👍 3\n> I walk alone\n> and the song goes on" in message.text
    assert "2." not in message.text
    (link,) = [part for part in walk(message.components) if part["type"] == 2]
    assert link["url"] == f"https://discord.com/channels/{anna.guild.id}/{anna.guild.channels[0].id}/99"


async def test_two_singers_are_both_in_the_top(
    discord: DiscordStandIn, services: StubServices, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    sung = await services.lyrics.recall(Asker(1, None, None), 7)

    async def recall(asker: Asker, request_id: int) -> Song:
        return replace(sung, partner="kip*ling")

    monkeypatch.setattr(services.lyrics, "recall", recall)
    async with online(discord, services):
        message = await (await discord.slash(anna, "top")).message()
    assert "-# in the styles of burns and kip\\*ling · for <@1>" in message.text


async def test_top_passes_over_channels_and_private_threads_that_the_asker_cannot_see(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    hidden, public, private = guild.channel("staff"), guild.thread("songs"), guild.thread("secret", private=True)
    hidden.hidden = True
    services.lyrics.liked_in = [hidden.id, public.id, private.id]
    async with online(discord, services):
        shown = await (await discord.slash(guild.member("anna"), "top")).message()
        urls = [part["url"].split("/")[-2] for part in walk(shown.components) if part["type"] == 2]
        assert urls == [str(guild.channels[0].id), str(public.id)]
        assert not shown.ephemeral


async def test_top_shows_to_its_asker_alone_what_others_in_the_channel_cannot_see(
    discord: DiscordStandIn, services: StubServices, guild: Guild
) -> None:
    guild.member("owner")
    hidden, private = guild.channel("staff"), guild.thread("secret", private=True)
    hidden.hidden = True
    services.lyrics.liked_in = [hidden.id, private.id]
    async with online(discord, services):
        shown = await (await discord.slash(guild.members[0], "top")).message()
        urls = [part["url"].split("/")[-2] for part in walk(shown.components) if part["type"] == 2]
        assert urls == [str(channel.id) for channel in guild.channels]
        assert shown.ephemeral
