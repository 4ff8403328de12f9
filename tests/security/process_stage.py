"""The real bot as a process of its own, with neighbours who use it, and the table of what was done to it."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.processes import family_megabytes, resident_megabytes
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Guild, Member
from tests.end_to_end.bot_process import BotProcess
from tests.security.neighbours import Neighbours, Watched

HEARTBEAT_SECONDS = 0.5


@dataclass
class Row:
    """One attack in the table."""

    attack: str
    said: str
    seconds: float
    watched: Watched | None
    """None where the bot is stopped."""
    ended_well: bool = True

    @property
    def is_fine(self) -> bool:
        """Whether the attack ended as it should and nobody else noticed it."""
        return self.ended_well and (self.watched is None or self.watched.is_fine)

    def __str__(self) -> str:
        cells = [self.attack, self.said.replace("|", "\\|"), f"{self.seconds:.1f}"]
        if self.watched is None:
            cells += ["–"] * 4
        else:
            late, waits = self.watched.late, self.watched.waits
            cells += [
                f"{max(late, default=math.inf) * 1000:.0f}",
                f"{max(waits, default=math.inf):.2f}",
                f"{len(waits)}",
                f"{self.watched.megabytes:.0f}, {self.watched.family_megabytes:.0f}",
            ]
        cells.append("" if self.is_fine else "**no**")
        return f"| {' | '.join(cells)} |"


COLUMNS = (
    "attack", "how it ended", "seconds", "heartbeats late by, ms", "others waited, s", "acts of others",
    "MB: bot, all processes", "held",
)  # fmt: skip


@dataclass
class ProcessStage:
    """The bot, and who is there."""

    discord: DiscordStandIn
    bot: BotProcess
    neighbours: Neighbours
    guild: Guild
    rows: list[Row] = field(default_factory=list)
    strangers: int = 0

    def stranger(self, permissions: int = MANAGE_GUILD) -> Member:
        """Somebody who manages a server of their own."""
        self.strangers += 1
        return self.discord.guild(f"strangers {self.strangers}").member("stranger", permissions)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Watched]:
        """Record heartbeats, the others' waits, and memory."""
        watched = self.neighbours.watched = Watched()
        first = len(self.discord.gateway.heartbeats)

        async def weigh() -> None:
            while True:
                own = await asyncio.to_thread(resident_megabytes, self.bot.pid)
                all_processes = await asyncio.to_thread(family_megabytes, self.bot.pid)
                watched.megabytes = max(watched.megabytes, own)
                watched.family_megabytes = max(watched.family_megabytes, all_processes)
                await asyncio.sleep(1)

        weighing = asyncio.create_task(weigh())
        try:
            yield watched
            await asyncio.sleep(2.2 * HEARTBEAT_SECONDS)  # one that is late now will have come
        finally:
            weighing.cancel()
            watched.late = [beat.late_by for beat in self.discord.gateway.heartbeats[first:]]

    def add(self, row: Row) -> None:
        """Show a row as soon as it is known."""
        self.rows.append(row)
        print(row, flush=True)


@asynccontextmanager
async def started(folder: Path, **settings: str) -> AsyncIterator[ProcessStage]:
    """Start the bot with the shipped artists, bring it online, and let the others sing."""
    async with DiscordStandIn(heartbeat_seconds=HEARTBEAT_SECONDS) as discord:
        guild = discord.guild("Choir")
        bot = BotProcess(discord, folder / "data", **settings)
        await bot.start()
        neighbours = Neighbours(discord, guild)
        acting = asyncio.create_task(neighbours.act())
        try:
            yield ProcessStage(discord, bot, neighbours, guild)
        finally:
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)
            await bot.kill()
