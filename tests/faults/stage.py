"""Where the trials are held: a Discord, a queued training, and the result of that training when undisturbed."""

import asyncio
import shutil
import time
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bot import samples
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Member, Upload
from tests.end_to_end.bot_process import BotProcess
from tests.faults.trial import Findings, Trial

SONGS = 16
"""Some seconds of training."""
MINUTES = "60"
"""So many that the goal is the recipe's epochs: no measured speed matters, and every run takes the same steps."""


class Stage:
    """Every trial begins with the same data folder: that of a bot that died in its answer to /train.

    So all of them train one job, with one random seed, and may be compared with one undisturbed run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trials = 0
        self._stack = AsyncExitStack()
        self.discord = DiscordStandIn()
        self.seconds = 0.0
        """How long the undisturbed bot took, from its start to the result."""
        self.undisturbed: Findings

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.discord)
        guild = self.discord.guild("Choir")
        self._channel = guild.channels[0]
        await self._queue_a_job(guild.member("chief", MANAGE_GUILD))
        began = time.monotonic()
        async with self.trial() as trial:
            await trial.start()
            await trial.told()
            self.seconds = time.monotonic() - began
            self.undisturbed = await trial.findings()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def trial(self, **settings: str) -> Trial:
        """A new trial, on a folder of its own."""
        self._trials += 1
        folder = self._folder / f"trial {self._trials}"
        shutil.copytree(self._folder / "queued" / "data", folder / "data")
        return Trial(self.discord, self._channel, folder, settings)

    async def _queue_a_job(self, chief: Member) -> None:
        data_dir = self._folder / "queued" / "data"
        data_dir.mkdir(parents=True)
        orders = data_dir.parent / "orders"
        bot = BotProcess(self.discord, data_dir, LYRICS_FAULT_FILE=str(orders), LYRICS_TRAIN_MINUTES=MINUTES)
        await bot.start()
        orders.write_text("queued")
        upload = Upload("songs.txt", samples.corpus(SONGS).encode())
        await self.discord.slash(chief, "train", {"artist": "drover", "corpus": upload})
        async with asyncio.timeout(20):
            await bot.wait()
        await self.discord.bot_is_gone()
