import pytest

from tests.bot.discord_app.conftest import online
from tests.bot.discord_app.stubs import StubServices
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Guild


@pytest.mark.parametrize("age_restricted", [False, True])
async def test_what_is_known_of_who_asks_and_where(
    discord: DiscordStandIn, guild: Guild, services: StubServices, age_restricted: bool
) -> None:
    chief = guild.member("chief", MANAGE_GUILD)
    channel = guild.channel("late")
    channel.age_restricted = age_restricted
    async with online(discord, services):
        await (await discord.slash(chief, "lyrics", {"seed": "I walk"}, channel=channel)).message()
        private = discord.direct_messages(chief.user)
        await (await discord.slash(chief.user, "lyrics", {"seed": "I walk"}, channel=private)).message()
    (asker, _), (in_private, _) = services.lyrics.asked
    assert (asker.user_id, asker.guild_id, asker.channel_id) == (chief.user.id, guild.id, channel.id)
    assert asker.may_manage_guild
    assert not asker.may_manage_messages
    assert asker.in_age_restricted_channel is age_restricted
    assert (in_private.guild_id, in_private.may_manage_guild) == (None, False)
    assert not in_private.in_age_restricted_channel


async def test_the_channel_of_a_thread_is_known(discord: DiscordStandIn, guild: Guild, services: StubServices) -> None:
    anna, thread = guild.member("anna"), guild.thread("late")
    async with online(discord, services):
        for channel in (guild.channels[0], thread):
            await (await discord.slash(anna, "lyrics", {"seed": "I walk"}, channel=channel)).message()
    places = [(asker.channel_id, asker.parent_channel_id) for asker, _ in services.lyrics.asked]
    assert places == [(guild.channels[0].id, None), (thread.id, guild.channels[0].id)]
