from tests.bot.discord_app.conftest import online
from tests.bot.discord_app.stubs import StubServices
from tests.bot.waiting import until
from tests.discord_stand_in import DiscordStandIn, Guild


async def test_joining_and_leaving_guilds_is_noted(
    discord: DiscordStandIn, guild: Guild, services: StubServices
) -> None:
    other = discord.guild("Other")
    seen = services.left_guilds.seen
    async with online(discord, services):
        await until(lambda: len(seen) == 1, 10)
        await discord.remove_bot(guild)
        await until(lambda: len(seen) == 2, 10)
        await discord.invite_bot(guild)
        await until(lambda: len(seen) == 3, 10)
    assert seen == [("present", {guild.id, other.id}), ("left", guild.id), ("returned", guild.id)]
