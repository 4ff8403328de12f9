"""Members who go on to use the bot while others attack it, and what is measured of them."""

import asyncio
import itertools
import math
from contextlib import suppress
from dataclasses import dataclass, field

from tests.discord_stand_in import DiscordStandIn, Guild, Member, Message

MOST_LATE_SECONDS = 0.25
MOST_WAIT_SECONDS = 1.0
OTHERS = 24
SECONDS_BETWEEN_ACTS = 0.5
TURNS = ("lyrics", "👍", "lyrics", "artists", "Again", "Whole song", "lyrics", "Continue")
"""What the others do, one after the other."""


@dataclass
class Watched:
    """What happened to everybody else during an attack."""

    late: list[float] = field(default_factory=list)
    """Seconds, of each heartbeat."""
    waits: list[float] = field(default_factory=list)
    """Seconds until each act of another member was answered; infinite for one that never was."""
    songs: int = 0
    megabytes: float = 0.0
    """Of the bot's own process, at most."""
    family_megabytes: float = 0.0
    """With its workers."""

    @property
    def is_fine(self) -> bool:
        """Whether heartbeats and answers came at all, and all of them in time."""
        latest, longest = max(self.late, default=math.inf), max(self.waits, default=math.inf)
        return latest < MOST_LATE_SECONDS and longest < MOST_WAIT_SECONDS


class Neighbours:
    """Members of another server who want their songs meanwhile."""

    def __init__(self, discord: DiscordStandIn, guild: Guild) -> None:
        self._discord = discord
        self._members = itertools.cycle([guild.member(f"member {number}") for number in range(OTHERS)])
        self._turns = itertools.cycle(TURNS)
        self._latest: Message | None = None
        self._acts: set[asyncio.Task[None]] = set()
        self.watched = Watched()
        self.is_here = True
        """The bot, until it is told to stop."""

    async def act(self) -> None:
        """Do one thing after the other, at fixed times whether the bot keeps up or not."""
        try:
            while self.is_here:
                task = asyncio.create_task(self._act(next(self._members), next(self._turns), self.watched))
                self._acts.add(task)
                task.add_done_callback(self._acts.discard)
                await asyncio.sleep(SECONDS_BETWEEN_ACTS)
        finally:
            for task in self._acts:
                task.cancel()

    async def _act(self, who: Member, what: str, watched: Watched) -> None:
        latest = self._latest
        if what == "artists":
            interaction = await self._discord.slash(who, "artists")
        elif what == "lyrics" or latest is None or latest.deleted or not has_button(latest, what):
            interaction = await self._discord.slash(who, "lyrics", {"seed": "I walk alone", "lines": 8})
        else:
            interaction = await self._discord.press(who, latest, what)
        try:
            await interaction.acknowledged()
            watched.waits.append(interaction.latency)
        except AssertionError:
            if self.is_here:
                watched.waits.append(math.inf)
            return
        with suppress(AssertionError):
            message = await interaction.final(lambda message: bool(message.buttons), 30)
            if has_button(message, "Again"):
                watched.songs += 1
                self._latest = message


def has_button(message: Message, label: str) -> bool:
    """Whether a message has a button with that label or emoji."""
    return any(label in (button.get("label"), (button.get("emoji") or {}).get("name")) for button in message.buttons)
