import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.services import ArtistsService, Asker, GuildsService, Refusal
from bot.services.publishing import describe, publish, publish_result
from bot.store import artists, corpora, jobs
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.job_records import NewJob
from bot.training.job_folder import JobFolder, TrainedModel
from bot.training.news import JobNews
from bot.training.worker import TrainingTask, train
from tests.bot import samples
from tests.bot.samples import Clock, new_version
from tests.bot.services.conftest import GUILD, OPERATOR, OTHER_GUILD, add_artist, manager, member


async def test_who_is_visible_where(artists_service: ArtistsService) -> None:
    assert [artist.name for artist in await artists_service.visible(member())] == ["Anna", "Burns", "Choir"]
    assert [artist.name for artist in await artists_service.visible(member(guild_id=None))] == ["Anna", "Burns"]
    (anna, *_) = await artists_service.visible(member(guild_id=OTHER_GUILD))
    assert (anna.of_everyone, anna.bits_per_character, anna.corpus_bytes) == (True, 2.25, None)


@pytest.mark.parametrize(
    ("date", "trained_at"),
    [("2026-03-01T09:30:00+00:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)), ("in spring", None), (None, None)],
)
async def test_an_artist_was_trained_when_its_model_says_so(
    artists_service: ArtistsService, database: Database, clock: Clock, date: str | None, trained_at: datetime | None
) -> None:
    await add_artist(database, clock, EVERYONE, "Dora", date=date)
    details = await artists_service.details(member(), "dora")
    assert details.artist.trained_at == details.versions[0].trained_at == trained_at


async def test_as_many_are_counted_as_are_visible(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    await add_artist(database, clock, GUILD, "anna", 8)  # hides the shared one
    await database.write(lambda connection: artists.find_or_create(connection, GUILD, "untrained", clock()))
    for asker, count in ((member(), 3), (member(guild_id=None), 2), (member(guild_id=OTHER_GUILD), 2)):
        assert await artists_service.count(asker) == len(await artists_service.visible(asker)) == count


async def test_sample_lines_go_through_the_filter_of_the_guild_that_looks(
    artists_service: ArtistsService, guilds_service: GuildsService, database: Database, bad_letters: set[str]
) -> None:
    bad_letters.add("X")
    sung, themes = "a good line\na line with an X\nanother good one", "heather Xes rose"
    await database.write(lambda c: c.execute("UPDATE versions SET taste = ?, themes = ?", (sung, themes)))

    async def shown(asker: Asker) -> list[tuple[str | None, int]]:
        found = [
            (await artists_service.visible(asker))[0],
            (await artists_service.details(asker, "anna")).artist,
        ]
        return list(dict.fromkeys((artist.sample_lines, len(artist.themes)) for artist in found))

    restricted = Asker(1, GUILD, 8, in_age_restricted_channel=True)
    clean, whole = ("a good line\nanother good one", 2), (sung, 3)
    assert [await shown(asker) for asker in (member(), restricted, OPERATOR)] == [[clean], [whole], [whole]]
    await guilds_service.change(manager(), language_filter=True)
    assert await shown(restricted) == [clean]
    await guilds_service.change(manager(), language_filter=False)
    assert await shown(member()) == [whole]
    assert await shown(member(guild_id=OTHER_GUILD)) == [clean]
    await database.write(lambda c: c.execute("UPDATE versions SET taste = 'X'"))
    assert await shown(member(guild_id=OTHER_GUILD)) == [(None, 2)]


async def test_a_trained_model_says_what_its_artist_sings_of(
    artists_service: ArtistsService, database: Database, clock: Clock, tmp_path: Path, bad_letters: set[str]
) -> None:
    JobFolder(tmp_path).prepare()
    trained = await asyncio.to_thread(train, TrainingTask(tmp_path, "sailor", samples.corpus(12), 0.05, random_seed=7))
    assert isinstance(trained, TrainedModel)
    version = describe(trained.weights, None)

    def add(connection: sqlite3.Connection) -> None:
        artist = artists.find_or_create(connection, GUILD, "sailor", clock())
        publish(connection, artist.id, version, job_id=None, now=clock(), is_shipped=True)

    await database.write(add)
    assert (await artists_service.details(member(), "sailor")).artist.themes == ("true", "tide", "wall")
    bad_letters.add("tide")
    assert (await artists_service.details(member(), "sailor")).artist.themes == ("true", "wall")


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
    assert details.curve_png == b"curve"
    assert details.versions[0].parameters > 1000


async def test_a_guilds_own_artist_wins(artists_service: ArtistsService, database: Database, clock: Clock) -> None:
    await add_artist(database, clock, GUILD, "burns", 8)
    assert not (await artists_service.details(member(), "Burns")).artist.of_everyone
    assert (await artists_service.details(member(guild_id=OTHER_GUILD), "Burns")).artist.of_everyone


async def test_rolling_back_and_forth(artists_service: ArtistsService, database: Database, clock: Clock) -> None:
    with pytest.raises(Refusal, match="no version before"):
        await artists_service.rollback(manager(), "choir")
    await add_artist(database, clock, GUILD, "choir", 8)
    assert (await artists_service.rollback(manager(), "choir")).number == 1
    assert [version.number for version in (await artists_service.details(member(), "choir")).versions] == [2, 1]
    with pytest.raises(Refusal, match=r"no version before the current one\. Kept versions: 1, 2\."):
        await artists_service.rollback(manager(), "choir")
    assert (await artists_service.rollback(manager(), "choir", 2)).number == 2
    with pytest.raises(Refusal, match=r"no version 3\. Kept versions: 1, 2\."):
        await artists_service.rollback(manager(), "choir", 3)
    suggested = await artists_service.suggest_versions(manager(), "choir")
    assert [(version.number, version.sings) for version in suggested] == [(2, True), (1, False)]
    with pytest.raises(Refusal, match="Manage Server"):
        await artists_service.suggest_versions(member(), "choir")


async def test_the_size_of_the_text_is_that_of_the_version_that_sings(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    def train(connection: sqlite3.Connection) -> None:
        artist = artists.find_or_create(connection, GUILD, "duo", clock())
        corpora.keep(connection, artist.id, "la la\n" * 500, is_upload=True, now=clock())
        job = jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, 5.0, 0), clock())
        publish_result(connection, artist.id, new_version(), job.id, clock())
        corpora.keep(connection, artist.id, "of a job that is cancelled\n" * 9_000, is_upload=True, now=clock())

    await database.write(train)
    assert (await artists_service.details(member(), "duo")).artist.corpus_bytes == 3_000


async def test_a_held_back_result_is_used_by_request(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    def train(connection: sqlite3.Connection) -> int:
        artist = artists.find_or_create(connection, GUILD, "duo", clock())
        job = jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, 5.0, 0), clock())
        publish_result(connection, artist.id, new_version(2.6), job.id, clock())
        jobs.cancel(connection, job.id, clock())
        return job.id

    job_id = await database.write(train)
    assert await artists_service.suggest_changeable(manager(), "") == ["Choir", "duo"]
    assert await artists_service.suggest_changeable(OPERATOR, "a") == ["Anna"]
    assert await artists_service.suggest_changeable(member(), "") == []
    for asker, reason in ((member(), "Manage Server"), (manager(guild_id=OTHER_GUILD), "already been deleted")):
        with pytest.raises(Refusal, match=reason):
            await artists_service.use_result(asker, job_id)
    name, version = await artists_service.use_result(manager(), job_id)
    assert (name, version.number, version.sings) == ("duo", 1, True)
    assert (await artists_service.details(member(), "duo")).artist.bits_per_character == 2.6
    await database.write(train)
    assert (await artists_service.rollback(manager(), "duo", 2)).number == 2
    with pytest.raises(Refusal, match="no longer stored"):
        await artists_service.use_result(manager(), 999)


async def test_a_choice_made_while_a_training_publishes_is_not_lost(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    for _ in range(5):
        await add_artist(database, clock, GUILD, "duo")

    def train(connection: sqlite3.Connection) -> int:
        artist = artists.find_or_create(connection, GUILD, "duo", clock())
        job = jobs.enqueue(connection, NewJob(artist.id, GUILD, 1, 2, 5.0, 0), clock())
        publish_result(connection, artist.id, new_version(2.6), job.id, clock())
        jobs.cancel(connection, job.id, clock())
        return job.id

    await artists_service.rollback(manager(), "duo", 1)
    held_back = await database.write(train)
    rolled_back, (_, used), _ = await asyncio.gather(
        artists_service.rollback(manager(), "duo", 1),
        artists_service.use_result(manager(), held_back),
        add_artist(database, clock, GUILD, "duo"),
    )
    assert (rolled_back.number, used.number) == (1, 6)
    await asyncio.gather(artists_service.rollback(manager(), "duo", 3), add_artist(database, clock, GUILD, "duo"))
    details = await artists_service.details(member(), "duo")
    assert [(version.number, version.sings) for version in details.versions] == [
        (8, True),
        (7, False),
        (6, False),
        (5, False),
        (3, False),
    ]
    assert (await artists_service.rollback(manager(), "duo", 3)).sings


async def test_without_a_version_that_sings_rolling_back_takes_the_newest(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    for _ in range(2):
        await add_artist(database, clock, GUILD, "duo", validation_bits_per_character=3.0, rival_bits_per_character=2.0)
    assert (await artists_service.rollback(manager(), "duo")).number == 2


async def test_rolling_back_passes_over_what_was_held_back(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    for bits in (2.0, 3.0, 1.9):
        await add_artist(database, clock, GUILD, "duo", corpus_sha256="c", validation_bits_per_character=bits)
    details = await artists_service.details(member(), "duo")
    assert [version.held_back for version in details.versions] == [False, True, False]
    assert (await artists_service.rollback(manager(), "duo")).number == 1


@pytest.mark.parametrize(
    ("guild_id", "asker", "who"),
    [
        (GUILD, manager(), "/rollback lets it sing anyway."),
        (GUILD, member(), "A member with Manage Server can let it sing anyway with /rollback."),
        (EVERYONE, OPERATOR, "/rollback lets it sing anyway."),
        (EVERYONE, manager(), "The bot's operators can let it sing anyway with /rollback."),
    ],
)
async def test_it_is_said_who_can_let_an_artist_sing_that_is_held_back(
    artists_service: ArtistsService, database: Database, clock: Clock, guild_id: int, asker: Asker, who: str
) -> None:
    def train(connection: sqlite3.Connection) -> None:
        artist = artists.find_or_create(connection, guild_id, "duo", clock())
        publish(connection, artist.id, new_version(2.6), job_id=None, now=clock())

    await database.write(train)
    with pytest.raises(Refusal) as refused:
        await artists_service.details(asker, "duo")
    told = "“duo” can't sing yet: it was trained, but is worse than the n-gram baseline."
    assert str(refused.value) == f"{told} {who}"


@pytest.mark.parametrize("number", [None, 1])
async def test_an_artist_without_versions_cannot_be_rolled_back(
    artists_service: ArtistsService, database: Database, clock: Clock, number: int | None
) -> None:
    await database.write(lambda connection: artists.find_or_create(connection, GUILD, "duo", clock()))
    with pytest.raises(Refusal, match=r"^“duo” has no trained version yet. Train one with /train\.$"):
        await artists_service.rollback(manager(), "duo", number)


@pytest.mark.parametrize("change", ["rollback", "may_forget"])
async def test_who_may_change_whom(artists_service: ArtistsService, change: str) -> None:
    for asker, name, reason in (
        (member(), "choir", "Manage Server"),
        (member(), "anna", "Manage Server"),
        (member(guild_id=None), "anna", "Manage Server"),
        (manager(), "anna", "is shared by all servers"),
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
    choir = await artists_service.may_forget(manager(), "CHOIR")
    assert choir.name == "Choir"
    for asker, reason in (
        (member(), "Manage Server"),
        (manager(guild_id=OTHER_GUILD), "already been deleted"),
        (OPERATOR, "already been deleted"),
        (Asker(3, GUILD, 7, is_operator=True), "belongs to this server"),
    ):
        with pytest.raises(Refusal, match=reason):
            await artists_service.forget(asker, choir.id)
    assert await artists_service.forget(manager(), choir.id) == "Choir"
    assert upcoming.is_set()  # a runner that is training it wakes up and finds it gone
    with pytest.raises(Refusal, match="There is no artist"):
        await artists_service.details(member(), "choir")
    anna = await artists_service.may_forget(OPERATOR, "anna")
    with pytest.raises(Refusal, match="is shared by all servers"):
        await artists_service.forget(manager(), anna.id)
    await artists_service.forget(OPERATOR, anna.id)
    assert [found.name for found in await artists_service.visible(member())] == ["Burns"]


async def test_a_confirmation_pressed_twice_forgets_nobody_elses_artist(
    artists_service: ArtistsService, database: Database, clock: Clock
) -> None:
    """An operator who also manages the guild confirms again, and the shared artist has the same name."""
    await add_artist(database, clock, GUILD, "anna", 8)
    asker = Asker(3, GUILD, 7, may_manage_guild=True, is_operator=True)
    own = await artists_service.may_forget(asker, "anna")
    await artists_service.forget(asker, own.id)
    with pytest.raises(Refusal, match="already been deleted"):
        await artists_service.forget(asker, own.id)
    assert (await artists_service.details(member(), "anna")).artist.of_everyone
