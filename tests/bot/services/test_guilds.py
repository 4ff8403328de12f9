import pytest

from bot.services import ArtistsService, Asker, GuildSettings, GuildsService, LyricsService, Refusal
from bot.store import guilds
from bot.store.artists import EVERYONE
from bot.store.database import Database
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OPERATOR, OTHER_GUILD, add_artist, manager, member


async def forget(artists_service: ArtistsService, asker: Asker, name: str) -> None:
    await artists_service.forget(asker, (await artists_service.may_forget(asker, name)).id)


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


async def test_an_artist_of_the_same_name_as_a_forgotten_default_is_not_the_default(
    guilds_service: GuildsService,
    artists_service: ArtistsService,
    lyrics: LyricsService,
    database: Database,
    clock: Clock,
) -> None:
    await guilds_service.change(manager(), default_artist="choir", channel_id=9)
    await forget(artists_service, manager(), "choir")
    for guild_id in (GUILD, EVERYONE):
        await add_artist(database, clock, guild_id, "Choir")
        assert await guilds_service.settings(manager()) == GuildSettings(channel_id=9)
        assert await lyrics.default_artist(member()) == "Anna"


async def test_a_forgotten_shared_artist_is_nobodys_default(
    guilds_service: GuildsService, artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    own = manager(guild_id=300)
    await add_artist(database, clock, 300, "burns")
    for asker, name in ((manager(), "choir"), (manager(guild_id=OTHER_GUILD), "burns"), (own, "burns")):
        await guilds_service.change(asker, default_artist=name)
    await forget(artists_service, OPERATOR, "burns")
    await add_artist(database, clock, EVERYONE, "Burns")
    assert (await guilds_service.settings(manager())).default_artist == "Choir"
    assert (await guilds_service.settings(manager(guild_id=OTHER_GUILD))).default_artist is None
    assert (await guilds_service.settings(own)).default_artist == "burns"


async def test_a_default_that_does_not_sing_is_not_shown(guilds_service: GuildsService, database: Database) -> None:
    """An earlier version of the bot kept the names of forgotten artists."""
    await guilds_service.change(manager(), default_artist="choir")
    await database.write(lambda connection: connection.execute("DELETE FROM artists WHERE name = 'Choir'"))
    assert await guilds_service.settings(manager()) == GuildSettings()
    assert await guilds_service.change(manager(), channel_id=9) == GuildSettings(channel_id=9)
    assert await database.read(lambda connection: guilds.settings_of(connection, GUILD)) == GuildSettings(channel_id=9)
