import pytest

from bot.services import GuildSettings, GuildsService, Refusal
from tests.bot.services.conftest import OPERATOR, OTHER_GUILD, manager, member


async def test_choices_are_kept_one_by_one(guilds_service: GuildsService) -> None:
    assert await guilds_service.settings(manager()) == GuildSettings()
    await guilds_service.change(manager(), default_artist="choir")
    await guilds_service.change(manager(), language_filter=True)
    assert await guilds_service.change(manager(), channel_id=9) == GuildSettings("Choir", True, 9)
    assert await guilds_service.settings(manager()) == GuildSettings("Choir", True, 9)
    assert await guilds_service.settings(manager(guild_id=OTHER_GUILD)) == GuildSettings()
    assert await guilds_service.change(manager(), default_artist=" None ", channel_id=0) == GuildSettings(None, True)
    assert await guilds_service.change(manager(), language_filter="default") == GuildSettings()
    assert await guilds_service.settings(manager()) == GuildSettings()


async def test_who_may_not_choose(guilds_service: GuildsService) -> None:
    for asker in (member(), OPERATOR):
        with pytest.raises(Refusal):
            await guilds_service.settings(asker)
        with pytest.raises(Refusal):
            await guilds_service.change(asker, language_filter=True)
    with pytest.raises(Refusal, match="There is no artist"):
        await guilds_service.change(manager(guild_id=OTHER_GUILD), default_artist="choir")
