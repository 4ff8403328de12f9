import asyncio
import json
import sqlite3
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services import Asker, GuildsService, Job, JobState, Refusal, TrainingService, queue_order, quotas
from bot.services.publishing import publish_result
from bot.store import artists, corpora, jobs
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.job_records import TrainingOutcome
from tests.bot import samples
from tests.bot.samples import Clock, new_version
from tests.bot.services.conftest import GUILD, OPERATOR, OTHER_GUILD, manager, member

CORPUS = samples.corpus().encode()
OUTCOME = TrainingOutcome(1, True, 2.0, None, 2.5, 100, 10.0)


async def finish(database: Database, clock: Clock, succeed: bool = True) -> Job:
    """Make the next job run and end."""

    def claim(connection: sqlite3.Connection) -> Job | None:
        job_id = queue_order.next_job(connection)
        assert job_id is not None
        return jobs.claim(connection, job_id, "lease", clock() + timedelta(seconds=30), clock())

    job = await database.write(claim)
    assert job is not None
    if succeed:
        await database.write(lambda connection: jobs.succeed(connection, job.id, "lease", OUTCOME, clock()))
    else:
        await database.write(lambda connection: jobs.fail(connection, job.id, "lease", "It broke.", clock()))
    return job


async def publish(database: Database, clock: Clock) -> None:
    """Make the next job run and lead to a version."""
    version = new_version()

    def transaction(connection: sqlite3.Connection) -> None:
        job_id = queue_order.next_job(connection)
        assert job_id is not None
        job = jobs.claim(connection, job_id, "lease", clock() + timedelta(seconds=30), clock())
        assert job is not None
        outcome = publish_result(connection, job.artist_id, version, job.id, clock())
        jobs.succeed(connection, job.id, "lease", outcome, clock())

    await database.write(transaction)


async def text_of(database: Database, job: Job) -> str | None:
    return await database.read(lambda connection: corpora.text_of(connection, job.artist_id))


async def test_a_managers_training_is_their_guilds(training: TrainingService, database: Database) -> None:
    job = await training.queue(manager(), " Duo ", CORPUS, minutes=2)
    assert (job.artist, job.state, job.place, job.minutes) == ("Duo", JobState.QUEUED, 1, 2)
    assert (job.of_everyone, job.guild_id, job.channel_id, job.asked_by) == (False, GUILD, 7, 2)
    assert await text_of(database, job) == samples.corpus()


async def test_an_operators_training_is_everyones(training: TrainingService) -> None:
    in_a_guild = Asker(3, GUILD, 7, is_operator=True)
    job = await training.queue(in_a_guild, "Solo", CORPUS)
    assert (job.of_everyone, job.guild_id, job.minutes) == (True, GUILD, 5.0)
    job = await training.queue(OPERATOR, "Anna", CORPUS)
    assert (job.of_everyone, job.guild_id, job.channel_id) == (True, None, None)
    in_charge = Asker(3, GUILD, 7, may_manage_guild=True, is_operator=True)
    assert not (await training.queue(in_charge, "choir", CORPUS)).of_everyone  # the guild's own wins the clash


async def test_a_text_that_grows_as_it_is_read_is_bounded_too(database: Database, training: TrainingService) -> None:
    """A chorus of which only the header is repeated is written out each time."""
    chorus = "\n".join(f"this is line {k} of a chorus that comes again" for k in range(1_500))
    text = f"[Verse 1]\nla la la\n\n[Chorus]\n{chorus}\n\n" + "[Chorus]\n\n" * 60
    assert len(text) < 100_000
    with pytest.raises(Refusal, match=r"With its choruses written out, the text has [0-9,]+ bytes; the limit"):
        await training.queue(manager(), "Duo", text.encode())


async def test_a_text_that_grows_by_its_blank_lines_is_taken(training: TrainingService, database: Database) -> None:
    songs = "".join(f"line {k} is here\nother {k}\n\n" for k in range(3_400))
    assert 99_000 < len(songs) <= 100_000
    stored = await text_of(database, await training.queue(manager(), "Duo", songs.encode()))
    assert stored is not None
    assert len(stored) > 100_000


async def test_who_may_not_train(training: TrainingService) -> None:
    for asker in (member(), member(guild_id=None), Asker(2, None, 7, may_manage_guild=True)):
        with pytest.raises(Refusal, match="Manage Server"):
            await training.queue(asker, "duo", CORPUS)


@pytest.mark.parametrize(
    ("name", "corpus", "minutes", "reason"),
    [
        ("../duo", CORPUS, None, "An artist's name"),
        ("duo", b"x" * 100_001, None, "larger than 100,000 bytes"),
        ("duo", b"la la\n" * 100, None, "only 599 of the 2,000 characters"),
        ("duo", b"\0\1\2" * 5_000, None, "binary"),
        ("duo", CORPUS, 6, "at most 5 minutes"),
        ("duo", CORPUS, 0, "at most 5 minutes"),
        ("duo", None, None, "There is no text for “duo” yet"),
    ],
)
async def test_what_will_not_do_is_refused_and_leaves_nothing(
    training: TrainingService, database: Database, name: str, corpus: bytes | None, minutes: float | None, reason: str
) -> None:
    with pytest.raises(Refusal, match=reason):
        await training.queue(manager(), name, corpus, minutes)
    assert await training.jobs(manager()) == []
    assert await database.read(lambda connection: artists.find(connection, GUILD, "duo")) is None


async def test_a_latin_1_text_is_recognised(training: TrainingService, database: Database) -> None:
    text = samples.corpus().replace("lantern", "Lampe für Übernächte")
    job = await training.queue(manager(), "duo", text.encode("latin-1"))
    stored = await text_of(database, job)
    assert stored is not None
    assert "für" in stored


async def test_where_the_text_comes_from(
    training: TrainingService, database: Database, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "corpora" / "DUO.txt"
    file.write_text(samples.corpus(30))
    assert await text_of(database, await training.queue(manager(), "duo")) == samples.corpus(30)
    await finish(database, clock)
    file.write_text(samples.corpus(31))  # the text came from the file, which is read again
    assert await text_of(database, await training.queue(manager(), "duo")) == samples.corpus(31)
    await finish(database, clock)
    assert await text_of(database, await training.queue(manager(), "duo", CORPUS)) == samples.corpus()
    await finish(database, clock)
    assert await text_of(database, await training.queue(manager(), "duo")) == samples.corpus()  # the upload is kept
    assert await text_of(database, await training.queue(manager(5, OTHER_GUILD), "duo")) == samples.corpus(31)


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_a_text_that_leads_to_nothing_does_not_replace_the_one_that_an_artist_has_learned_from(
    training: TrainingService, database: Database, clock: Clock, is_cancelled: bool
) -> None:
    first = await training.queue(manager(), "choir", samples.corpus(30).encode())
    await publish(database, clock)
    former = await database.read(lambda connection: corpora.report_of(connection, first.artist_id))
    second = await training.queue(manager(), "choir", CORPUS)
    assert await text_of(database, second) == samples.corpus()
    if is_cancelled:
        await training.cancel(manager(), second.id)
    else:
        await finish(database, clock, succeed=False)
    assert await text_of(database, second) == samples.corpus(30)
    assert await database.read(lambda connection: corpora.report_of(connection, first.artist_id)) == former
    assert await text_of(database, await training.queue(manager(), "choir")) == samples.corpus(30)


async def test_a_text_that_leads_to_a_version_replaces_the_former_one_for_good(
    training: TrainingService, database: Database, clock: Clock
) -> None:
    for songs in (30, 40):
        job = await training.queue(manager(), "choir", samples.corpus(songs).encode())
        await publish(database, clock)
    cancelled = await training.queue(manager(), "choir")
    await training.cancel(manager(), cancelled.id)
    assert await text_of(database, job) == samples.corpus(40)


async def test_an_artist_that_has_learned_nothing_has_its_last_text(
    training: TrainingService, database: Database
) -> None:
    for songs in (30, 40):
        job = await training.queue(manager(), "new", samples.corpus(songs).encode())
        await training.cancel(manager(), job.id)
    assert await text_of(database, job) == samples.corpus(40)


async def test_a_broken_file_does_not_stop_a_training_on_an_upload(
    training: TrainingService, database: Database, clock: Clock, tmp_path: Path
) -> None:
    await training.queue(manager(), "duo", CORPUS)
    await finish(database, clock)
    (tmp_path / "corpora" / "duo.txt").write_bytes(b"\0\1\2" * 5_000)
    assert await text_of(database, await training.queue(manager(), "duo")) == samples.corpus()
    with pytest.raises(Refusal, match="binary"):
        await training.queue(manager(5, OTHER_GUILD), "duo")


async def test_a_name_without_a_text_counts_as_no_text(training: TrainingService) -> None:
    for _ in range(quotas.UPLOADS_IN_A_ROW + 1):
        with pytest.raises(Refusal, match="There is no text for “dou” yet"):
            await training.queue(manager(), "dou")
    with training.texts.uploading(manager()), pytest.raises(Refusal, match="There is no text for “dou” yet"):
        await training.queue(manager(user_id=9), "dou")


async def test_a_file_that_is_read_counts_like_an_upload(training: TrainingService, tmp_path: Path) -> None:
    (tmp_path / "corpora").mkdir(exist_ok=True)
    (tmp_path / "corpora" / "duo.txt").write_bytes(CORPUS)
    await training.queue(manager(), "Duo")
    for _ in range(quotas.UPLOADS_IN_A_ROW - 1):
        with pytest.raises(Refusal, match="job"):
            await training.queue(manager(), "Duo")
    with pytest.raises(Refusal, match="has read many texts"):
        await training.queue(manager(), "Duo")


async def test_a_clock_that_is_set_back_shuts_no_guild_out(training: TrainingService, clock: Clock) -> None:
    for _ in range(quotas.UPLOADS_IN_A_ROW):
        with training.texts.uploading(manager()):
            pass
    clock.set_back(hours=1)
    with pytest.raises(Refusal, match="Try again in 2 min"), training.texts.uploading(manager()):
        pass
    clock.move(seconds=quotas.UPLOAD_SECONDS)
    with training.texts.uploading(manager()):
        pass


@pytest.mark.parametrize("first", [manager(), OPERATOR])
async def test_names_that_look_alike_are_refused_while_the_first_is_still_queued(
    training: TrainingService, first: Asker
) -> None:
    await training.queue(first, "Bill", CORPUS)
    with pytest.raises(Refusal, match="That name looks too much like “Bill”"):
        await training.queue(manager(), "BiIl", CORPUS)
    assert [job.artist for job in await training.jobs(OPERATOR)] == ["Bill"]


async def test_one_live_job_an_artist_and_five_waiting_a_guild(
    training: TrainingService, database: Database, clock: Clock
) -> None:
    first = await training.queue(manager(), "a", CORPUS)
    with pytest.raises(Refusal, match=f"already being trained, by job {first.id}"):
        await training.queue(manager(), "A", samples.corpus(30).encode())
    assert await text_of(database, first) == samples.corpus()  # the refused text has replaced nothing
    for name in "bcde":
        await training.queue(manager(), name, CORPUS)
    with pytest.raises(Refusal, match="5 training jobs are already waiting"):
        await training.queue(manager(), "f", CORPUS)
    await training.queue(manager(guild_id=OTHER_GUILD), "f", CORPUS)
    await finish(database, clock)
    await training.queue(manager(), "f", CORPUS)


async def test_jobs_and_their_cancelling_stay_in_their_guild(training: TrainingService) -> None:
    ours = await training.queue(manager(), "a", CORPUS)
    theirs = await training.queue(manager(guild_id=OTHER_GUILD), "b", CORPUS)
    everyones = await training.queue(Asker(3, GUILD, 7, is_operator=True), "c", CORPUS)
    assert [job.id for job in await training.jobs(manager())] == [ours.id, everyones.id]
    assert {job.id for job in await training.jobs(OPERATOR)} == {ours.id, theirs.id, everyones.id}
    assert [job.id for job in await training.suggest_cancellable(manager(), "")] == [ours.id]
    assert [job.id for job in await training.suggest_cancellable(manager(), str(ours.id))] == [ours.id]
    assert await training.suggest_cancellable(member(), "") == []
    with pytest.raises(Refusal, match="Manage Server"):
        await training.jobs(member())
    for asker, job, reason in (
        (member(), ours, "Manage Server"),
        (manager(), theirs, "There is no training job"),
        (manager(), everyones, "only the bot's operators"),
    ):
        with pytest.raises(Refusal, match=reason):
            await training.cancel(asker, job.id)
    assert (await training.cancel(manager(), ours.id)).state is JobState.CANCELLED
    with pytest.raises(Refusal, match="has already ended"):
        await training.cancel(manager(), ours.id)
    assert (await training.cancel(OPERATOR, theirs.id)).state is JobState.CANCELLED


async def test_a_watcher_sees_places_and_the_end(training: TrainingService, database: Database, clock: Clock) -> None:
    first = await training.queue(manager(), "a", CORPUS)
    second = await training.queue(manager(), "b", CORPUS)

    async def watch() -> list[Job]:
        return [job async for job in training.watch(second.id)]

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    await training.cancel(manager(), first.id)
    await asyncio.sleep(0.05)
    await training.cancel(manager(), second.id)
    seen = await asyncio.wait_for(watching, 5)
    assert [(job.state, job.place) for job in seen] == [("queued", 2), ("queued", 1), ("cancelled", None)]
    assert [job.state async for job in training.watch(first.id)] == ["cancelled"]
    assert [job async for job in training.watch(999)] == []


async def test_lines_that_a_training_has_sung_go_through_the_filter_of_its_guild(
    training: TrainingService,
    guilds_service: GuildsService,
    database: Database,
    clock: Clock,
    bad_letters: set[str],
) -> None:
    bad_letters.add("X")
    sung = "a good line\na line with an X"
    told = {"sample": sung} | dict.fromkeys(
        ("characters_seen", "characters_planned", "epoch", "seconds", "characters_per_second"), 1
    )
    ours, in_console = await training.queue(manager(), "a", CORPUS), await training.queue(OPERATOR, "b", CORPUS)

    async def shown(job: Job) -> str | None:
        async with aclosing(training.watch(job.id)) as states:
            state = await anext(states)
        assert state.progress is not None or state.outcome is not None
        return state.outcome.sample_lines if state.outcome is not None else state.progress and state.progress.sample

    await database.write(lambda c: c.execute("UPDATE jobs SET progress = ?", (json.dumps(told),)))
    assert [await shown(ours), await shown(in_console)] == ["a good line", sung]
    for job in (ours, in_console):
        outcome = replace(OUTCOME, sample_lines=sung)
        until = clock() + timedelta(seconds=30)
        await database.write(lambda c, job=job, until=until: jobs.claim(c, job.id, "lease", until, clock()))
        await database.write(lambda c, job=job, outcome=outcome: jobs.succeed(c, job.id, "lease", outcome, clock()))
    assert [await shown(ours), await shown(in_console)] == ["a good line", sung]
    await guilds_service.change(manager(), language_filter=False)
    assert await shown(ours) == sung


async def test_results_are_announced_once(training: TrainingService, database: Database, clock: Clock) -> None:
    job = await training.queue(manager(), "a", CORPUS)
    await training.queue(OPERATOR, "of the console", CORPUS)
    await training.remember_message(job.id, 70, 71)
    await finish(database, clock, succeed=False)
    (told,) = await training.unannounced()
    assert (told.id, told.channel_id, told.message_id, told.reason) == (job.id, 70, 71, "It broke.")
    await training.announced(job.id)
    assert await training.unannounced() == []


async def test_everyones_artist_is_kept_apart_from_a_guilds(training: TrainingService, database: Database) -> None:
    await training.queue(manager(), "anna", CORPUS)
    own = await database.read(lambda connection: artists.find(connection, GUILD, "anna"))
    everyones = await database.read(lambda connection: artists.find(connection, EVERYONE, "anna"))
    assert own is not None
    assert everyones is not None
    assert own.id != everyones.id


async def test_what_was_understood_of_a_text_is_told_to_managers_of_its_guild(training: TrainingService):
    songs = [
        f"[Verse 1]\nWords of song {k} go here\nand again {k} times\n\n[Chorus]\nSing {k}\nout loud" for k in range(40)
    ]
    job = await training.queue(manager(), "duo", "\n\n\n".join(songs).encode())
    read = await training.corpus_of(manager(), job.id)
    assert read is not None
    assert read.text.startswith("Words of song 0 go here\nand again 0 times\n\nSing 0\nout loud\n\n\nWords of song 1")
    assert read.summary is not None
    assert read.summary.sentence().startswith(
        "40 songs to learn from, 3 KB after cleaning (recognised: section headers; removed: section headers (80)"
    )
    assert await training.understood(job.id) == read.summary
    assert read.first_lines == ("Words of song 0 go here", "and again 0 times", "Sing 0", "out loud")
    with pytest.raises(Refusal, match="no training job"):
        await training.corpus_of(manager(5, OTHER_GUILD), job.id)
    with pytest.raises(Refusal, match="Manage Server"):
        await training.corpus_of(member(), job.id)


async def test_the_text_of_everyones_artist_is_for_operators(training: TrainingService) -> None:
    in_the_guild = Asker(3, GUILD, 7, is_operator=True)
    job = await training.queue(in_the_guild, "Solo", CORPUS)
    with pytest.raises(Refusal, match="only the bot's operators can see its text"):
        await training.corpus_of(manager(), job.id)
    for asker in (in_the_guild, OPERATOR):
        read = await training.corpus_of(asker, job.id)
        assert read is not None
        assert read.text == samples.corpus()


async def test_a_file_of_the_data_folder_is_handed_out_to_operators_only(
    training: TrainingService, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "corpora" / "solo.txt").write_bytes(CORPUS)
    job = await training.queue(manager(), "Solo")
    assert not job.of_everyone
    with pytest.raises(Refusal, match="belongs to the bot's operators"):
        await training.corpus_of(manager(), job.id)
    assert await training.corpus_of(Asker(3, GUILD, 7, is_operator=True), job.id) is not None
    await database.write(lambda connection: connection.execute("DELETE FROM corpora"))
    assert await training.corpus_of(manager(), job.id) is None
