"""Training jobs of the real bot on a real Dask cluster, cancelled in every state that they can be in."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from tests.bot.training.dask_cluster import DaskCluster
from tests.bot.waiting import until
from tests.discord_stand_in import DiscordStandIn, Guild, Member, Message, Upload
from tests.end_to_end.bot_process import BotProcess
from tests.end_to_end.conftest import SHORT_TEXT
from tests.faults import processes

CANCEL_SECONDS = 2
UPLOAD = Upload("short.txt", SHORT_TEXT.encode())


@pytest.fixture
async def dask(tmp_path: Path) -> AsyncIterator[DaskCluster]:
    async with DaskCluster(tmp_path, workers=1) as started:
        yield started


@pytest.fixture
def bot_settings(dask: DaskCluster) -> dict[str, str]:
    patience = {"LYRICS_DASK_SCHEDULER": dask.address, "LYRICS_DASK_PATIENCE_SECONDS": "3"}
    return patience | {"LYRICS_TRAIN_MINUTES": "60"}


async def train(discord: DiscordStandIn, chief: Member, artist: str) -> Message:
    return await (await discord.slash(chief, "train", {"artist": artist, "corpus": UPLOAD})).message()


async def learns(message: Message) -> None:
    await message.until(lambda message: "characters/s" in message.text, 60)


async def starts(message: Message) -> None:
    await message.until(lambda message: "Starting" in message.text, 30)


async def cancel(discord: DiscordStandIn, chief: Member, message: Message) -> float:
    """Press the button; return how many seconds it took until the message showed the result."""
    began = time.monotonic()
    await discord.press(chief, message, "Cancel")
    await message.until(lambda message: "Cancelled." in message.text and not message.buttons, 10)
    return time.monotonic() - began


def unfinished(data_dir: Path) -> list[object]:
    """Return the jobs that are not cancelled yet, and what jobs have left on the disk."""
    with closing(sqlite3.connect(f"file:{data_dir / 'lyrics.db'}?mode=ro", uri=True)) as connection:
        jobs = connection.execute("SELECT id, state FROM jobs WHERE state <> 'cancelled'").fetchall()
    return [*jobs, *(data_dir / "jobs").iterdir()]


async def test_cancelling_in_every_state(
    dask: DaskCluster, bot: BotProcess, discord: DiscordStandIn, guild: Guild, chief: Member, data_dir: Path
) -> None:
    took: dict[str, float] = {}
    running = await train(discord, chief, "runs on the cluster")
    waiting = await train(discord, chief, "waits in the queue")
    took["queued"] = await cancel(discord, chief, waiting)
    await learns(running)
    took["running"] = await cancel(discord, chief, running)
    await dask.is_idle(5)
    starting = await train(discord, chief, "just begins")
    await starts(starting)
    took["starting"] = await cancel(discord, chief, starting)
    await dask.is_idle(5)

    lost = await train(discord, chief, "loses its worker")
    await learns(lost)
    await dask.kill_workers()
    took["without a worker"] = await cancel(discord, chief, lost)

    away = await train(discord, chief, "finds no scheduler")
    await dask.kill_scheduler()
    await starts(away)
    took["without a scheduler"] = await cancel(discord, chief, away)

    here = await train(discord, chief, "runs on the bot's own machine")
    await until(lambda: processes.workers_of(bot.process_id), 60)
    await learns(here)
    took["here"] = await cancel(discord, chief, here)
    await until(lambda: not processes.workers_of(bot.process_id), CANCEL_SECONDS)
    await until(lambda: not unfinished(data_dir), CANCEL_SECONDS)
    assert max(took.values()) < CANCEL_SECONDS, took
