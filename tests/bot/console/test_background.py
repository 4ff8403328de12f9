import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.console.background import BackgroundTrainings
from bot.console.screen import Screen
from bot.services import Asker, Job, TrainingService
from bot.services.bad_language import LanguagePolicy
from bot.services.data_files import DataFiles
from bot.services.quotas import Quotas
from bot.services.recent_deletions import RecentDeletions
from bot.services.training_texts import TrainingTexts
from bot.store.database import Database
from bot.training.news import JobNews
from tests.bot import samples
from tests.bot.samples import Clock, damage
from tests.bot.waiting import until

PERSON = Asker(user_id=0, guild_id=None, channel_id=None, is_operator=True)


class Prompt:
    """Records what is shown below and above a prompt."""

    def __init__(self) -> None:
        self.shown = ""
        self.announced: list[Callable[[], None]] = []

    def status(self, text: str) -> None:
        self.shown = text

    def announce(self, show: Callable[[], None]) -> None:
        self.announced.append(show)


@pytest.fixture
def news() -> JobNews:
    return JobNews()


@pytest.fixture
def training(database: Database, news: JobNews, clock: Clock) -> TrainingService:
    return TrainingService(
        database,
        TrainingTexts(DataFiles([]), most_bytes=100_000, seconds=clock.seconds),
        news,
        RecentDeletions(),
        most_minutes=5.0,
        now=clock,
        new_random_seed=itertools.count().__next__,
        quotas=Quotas(10**9, 1000, 1000),
        language=LanguagePolicy(lambda _: False),
    )


@pytest.fixture
async def job(training: TrainingService) -> Job:
    return await training.queue(PERSON, "burns", samples.corpus().encode())


async def test_a_job_is_shown_below_the_prompt_and_its_end_above(
    training: TrainingService, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = Prompt()
    trainings = BackgroundTrainings(training, Screen(plain=True), prompt)
    trainings.follow(job)
    assert prompt.shown == f"job {job.id}, burns: waiting, number 1 in the queue"
    await training.cancel(PERSON, job.id)
    await until(lambda: prompt.announced, 5)
    assert (prompt.shown, trainings.unfinished) == ("", [])
    prompt.announced[0]()
    assert capsys.readouterr().out == f"job {job.id}, burns: cancelled\n"
    await trainings.close()


async def test_a_fault_of_the_disk_is_told_and_not_a_traceback(
    training: TrainingService,
    job: Job,
    news: JobNews,
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    prompt = Prompt()
    trainings = BackgroundTrainings(training, Screen(plain=True), prompt)
    trainings.follow(job)
    await asyncio.sleep(0)
    await damage(database, tmp_path / "lyrics.db", "jobs")
    news.tell()
    await until(lambda: prompt.announced, 5)
    assert (prompt.shown, trainings.unfinished) == ("", [])
    prompt.announced[0]()
    said = capsys.readouterr().out
    assert said.startswith(f"Job {job.id} is no longer shown here. ")
    assert "lyrics.db is damaged" in said
    await trainings.close()
    assert caplog.records == []


async def test_closing_follows_no_more_and_can_itself_be_cancelled(training: TrainingService, job: Job) -> None:
    prompt = Prompt()
    trainings = BackgroundTrainings(training, Screen(plain=True), prompt)
    trainings.follow(job)
    closing = asyncio.create_task(trainings.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await trainings.close()
    assert prompt.announced == []
