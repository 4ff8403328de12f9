"""One training that is killed again and again, and its outcome."""

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from lstm.model.model_file import load_model
from tests.bot.waiting import until
from tests.discord_stand_in import DiscordStandIn, Message
from tests.discord_stand_in.world import Channel
from tests.end_to_end.bot_process import BotProcess
from tests.faults import processes

ORPHAN_SECONDS = 5
MOST_WORKERS_KILLED = 2
"""In one trial: the third worker that dies ends the job, as it should."""


class Victim(StrEnum):
    """Who is killed."""

    WORKER = "worker"
    BOT = "bot"
    BOTH = "both"


@dataclass(frozen=True)
class Findings:
    """What a bot has left in its data folder, as far as every run of the same job must agree."""

    state: str
    versions: int
    weights: bytes
    characters_seen: int
    held_out_bits: float
    integrity: str
    left_behind: list[str]


class Trial:
    """A bot on a copy of a data folder with one queued job; `kill` at will, then wait for the result to be posted."""

    def __init__(self, discord: DiscordStandIn, channel: Channel, folder: Path, settings: dict[str, str]) -> None:
        self._discord, self._channel, self._folder = discord, channel, folder
        self._data_dir = folder / "data"
        self._orders = folder / "orders"
        self._seen = set(discord.messages.all)
        self._bot = BotProcess(discord, self._data_dir, LYRICS_FAULT_FILE=str(self._orders), **settings)
        self._dying: dict[int, float] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._bot.kill()
        await self._no_orphans()
        if error is None:
            shutil.rmtree(self._folder)

    async def start(self) -> None:
        await self._bot.start()

    @property
    def log(self) -> str:
        return self._bot.log

    def order_death(self, point: str) -> None:
        """Make the process that reaches that point die there."""
        self._orders.write_text(point)

    async def worker_died(self) -> None:
        """Wait until the order was obeyed by a worker."""
        await until(lambda: not self._orders.exists(), 180)

    async def bot_died(self) -> None:
        """Wait until the order was obeyed by the bot, and start it again."""
        async with asyncio.timeout(180):
            await self._bot.wait()
        assert not self._orders.exists(), self.log
        await self._discord.bot_is_gone()
        await self._go_on()

    async def has_checkpoint(self) -> None:
        """Wait until the bot has a checkpoint of the training."""
        await until(lambda: list((self._data_dir / "jobs").glob("*/checkpoint")), 180)

    async def learns(self, attempts: int) -> None:
        """Wait until the job makes progress again after that many workers were lost."""
        job = f"SELECT id FROM jobs WHERE attempts = {attempts} AND progress ->> 'characters_seen' > 0"
        await until(lambda: self._asked(job), 180)

    async def trains_here(self) -> None:
        """Wait until the bot trains in a process of its own."""
        await until(lambda: processes.workers_of(self._bot.process_id), 60)

    async def kill(self, victim: Victim) -> None:
        """Kill without warning, and start the bot again if it was killed."""
        if victim is not Victim.BOT:
            for worker in processes.workers_of(self._bot.process_id):
                processes.kill(worker)
        if victim is not Victim.WORKER:
            await self._bot.kill()
            await self._go_on()

    async def told(self, seconds: float = 180) -> Message:
        """Wait until the result is posted in the channel, with the curve."""

        def is_result(message: Message) -> bool:
            return message.id not in self._seen and any(
                file.data.startswith(b"\x89PNG") for file in message.attachments
            )

        return await self._discord.message_in(self._channel, is_result, seconds)

    async def findings(self) -> Findings:
        """Stop the bot and look at what it has left."""
        status, _ = await self._bot.stop()
        assert status == 0, self.log
        assert "Traceback" not in self.log, self.log
        await self._no_orphans()
        with closing(sqlite3.connect(self._data_dir / "lyrics.db")) as connection:
            ((job_id, state),) = connection.execute("SELECT id, state FROM jobs")
            # Of the job's artist, not of those that come with the bot.
            brought = "SELECT weights FROM versions WHERE artist_id = (SELECT artist_id FROM jobs WHERE id = ?)"
            weights = [row[0] for row in connection.execute(brought, (job_id,))]
            (integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
        model = load_model(weights[0])
        return Findings(
            state=state,
            versions=len(weights),
            weights=model.parameters.flat.tobytes(),
            characters_seen=model.training.characters_seen,
            held_out_bits=model.training.validation_bits_per_character,
            integrity=integrity,
            left_behind=[str(path) for path in (self._data_dir / "jobs").iterdir()],
        )

    def _asked(self, query: str) -> list[tuple[int]]:
        with closing(sqlite3.connect(f"file:{self._data_dir / 'lyrics.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    async def _go_on(self) -> None:
        """Start again at once, while the killed bot's workers may not have noticed yet; none may survive."""
        orphans = processes.of_data_dir(self._data_dir)
        killed_at = time.monotonic()
        await self._bot.start()
        left = max(0.1, ORPHAN_SECONDS - (time.monotonic() - killed_at))
        await until(lambda: not any(map(processes.is_alive, orphans)), left)

    async def _no_orphans(self) -> None:
        await until(lambda: not processes.of_data_dir(self._data_dir), ORPHAN_SECONDS)
