import pytest

from bot.services import ArtistsService, Refusal
from bot.store import artists, jobs
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.job_records import NewJob
from bot.training.news import JobNews
from tests.bot.samples import Clock
from tests.bot.services.conftest import GUILD, OPERATOR, OTHER_GUILD, add_artist, manager, member


async def test_who_is_visible_where(artists_service: ArtistsService) -> None:
    assert [artist.name for artist in await artists_service.visible(member())] == ["Anna", "Burns", "Choir"]
    assert [artist.name for artist in await artists_service.visible(member(guild_id=None))] == ["Anna", "Burns"]
    (anna, *_) = await artists_service.visible(member(guild_id=OTHER_GUILD))
    assert (anna.of_everyone, anna.bits_per_character, anna.corpus_bytes) == (True, 2.25, None)


async def test_suggestions_begin_with_what_begins_alike(artists_service: ArtistsService) -> None:
    assert await artists_service.suggest(member(), "") == ["Anna", "Burns", "Choir"]
    assert await artists_service.suggest(member(), "N") == ["Anna", "Burns"]
    assert await artists_service.suggest(member(), "b") == ["Burns"]
    assert await artists_service.suggest(member(), "", limit=1) == ["Anna"]
    assert await artists_service.suggest(member(), "\ud800") == []


async def test_details(artists_service: ArtistsService, database: Database, clock: Clock) -> None:
    await add_artist(database, clock, EVERYONE, "anna", 8)
    details = await artists_service.details(member(), "ANNA")
    assert [(version.number, version.sings) for version in details.versions] == [(2, True), (1, False)]
    assert details.curve_png == b"curve" and details.versions[0].parameters > 1000


async def test_a_clash_is_the_guilds(artists_service: ArtistsService, database: Database, clock: Clock) -> None:
    await add_artist(database, clock, GUILD, "burns", 8)
    assert not (await artists_service.find(member(), "Burns")).of_everyone
    assert (await artists_service.find(member(guild_id=OTHER_GUILD), "Burns")).of_everyone


async def test_rolling_back_and_forth(artists_service: ArtistsService, database: Database, clock: Clock) -> None:
    with pytest.raises(Refusal, match="no version before"):
        await artists_service.rollback(manager(), "choir")
    await add_artist(database, clock, GUILD, "choir", 8)
    assert (await artists_service.rollback(manager(), "choir")).number == 1
    assert [version.number for version in (await artists_service.details(member(), "choir")).versions] == [2, 1]
    with pytest.raises(Refusal, match="no version before"):
        await artists_service.rollback(manager(), "choir")


async def test_rolling_back_passes_over_what_was_held_back(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    for bits in (2.0, 3.0, 1.9):
        await add_artist(database, clock, GUILD, "duo", corpus_sha256="c", validation_bits_per_character=bits)
    details = await artists_service.details(member(), "duo")
    assert [version.held_back for version in details.versions] == [False, True, False]
    assert (await artists_service.rollback(manager(), "duo")).number == 1


@pytest.mark.parametrize("change", ["forget", "rollback", "may_forget"])
async def test_who_may_change_whom(artists_service: ArtistsService, change: str) -> None:
    for asker, name, reason in (
        (member(), "choir", "Manage Server"),
        (member(), "anna", "Manage Server"),
        (member(guild_id=None), "anna", "Manage Server"),
        (manager(), "anna", "belongs to everyone"),
        (manager(guild_id=OTHER_GUILD), "choir", "There is no artist"),
        (OPERATOR, "choir", "There is no artist"),
    ):
        with pytest.raises(Refusal, match=reason):
            await getattr(artists_service, change)(asker, name)


async def test_forgetting(artists_service: ArtistsService, database: Database, clock: Clock, news: JobNews) -> None:
    artist = await database.read(lambda connection: artists.find(connection, GUILD, "choir"))
    assert artist is not None
    await database.write(lambda connection: jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, 5.0, 0), clock()))
    upcoming = news.upcoming()
    assert await artists_service.may_forget(manager(), "CHOIR") == "Choir"
    await artists_service.forget(manager(), "CHOIR")
    assert upcoming.is_set()  # a runner that trains it wakes and finds it gone
    with pytest.raises(Refusal, match="There is no artist"):
        await artists_service.find(member(), "choir")
    await artists_service.forget(OPERATOR, "anna")
    assert [found.name for found in await artists_service.visible(member())] == ["Burns"]
