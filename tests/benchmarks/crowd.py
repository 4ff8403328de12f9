"""Members who ask the bot for songs through the stand-in, and how long each of them waited."""

import asyncio
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.discord_stand_in import DiscordStandIn, Guild, Interaction, Member

SEEDS = ("I walk alone", "The night is long", "When the lights go down", "You told me once", "Under the bridge")
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    """How a request went: seconds from the member's action, nan for what never came."""

    acknowledged: float
    whole: float
    refused: bool

    @property
    def lost(self) -> bool:
        """Neither sung nor refused."""
        return not self.refused and math.isnan(self.whole)


@dataclass
class Answers:
    """How many requests were made."""

    all: list[Answer] = field(default_factory=list)

    @property
    def sung(self) -> list[float]:
        """Seconds to each whole song."""
        return [answer.whole for answer in self.all if not math.isnan(answer.whole)]

    @property
    def acknowledged(self) -> list[float]:
        """Seconds to each first answer, refusals among them."""
        return [answer.acknowledged for answer in self.all]

    @property
    def refused(self) -> int:
        """How many were refused, to try later."""
        return sum(answer.refused for answer in self.all)

    @property
    def lost(self) -> int:
        """How many got nothing."""
        return sum(answer.lost for answer in self.all)


class Crowd:
    """Members of a few guilds."""

    def __init__(self, discord: DiscordStandIn, guilds: Sequence[Guild], members_each: int) -> None:
        self._discord = discord
        self.guilds = [[guild.member(f"m{number}") for number in range(members_each)] for guild in guilds]
        self._seeds = itertools.cycle(SEEDS)

    @property
    def mixed(self) -> list[Member]:
        """All members, those of each guild evenly spread."""
        return [member for several in zip(*self.guilds, strict=True) for member in several]

    async def ask(self, who: Member, lines: int = 12) -> Answer:
        """One request, from the act to its end."""
        interaction = await self._discord.slash(who, "lyrics", {"seed": next(self._seeds), "lines": lines})
        try:
            await interaction.changes.until(lambda: _is_over(interaction), PATIENCE_SECONDS, "a song")
        except AssertionError:
            answered = math.nan if interaction.answered_at is None else interaction.latency
            return Answer(answered, math.nan, refused=False)
        if not _is_whole(interaction):
            return Answer(interaction.latency, math.nan, refused=True)
        assert interaction.original is not None
        edits = interaction.original.edits
        whole = edits[-1].at - interaction.sent_at if edits else interaction.latency
        return Answer(interaction.latency, whole, refused=False)

    async def ask_at_once(self, who: Iterable[Member]) -> Answers:
        """Everybody asks at the same moment."""
        return Answers(list(await asyncio.gather(*(self.ask(member) for member in who))))

    async def ask_in_turn(self, who: Iterable[Member], in_flight: int = 1) -> Answers:
        """That many at a time: as soon as one member has the song, the next one asks."""
        answers, waiting = Answers(), iter(who)

        async def go_on() -> None:
            for member in waiting:
                answers.all.append(await self.ask(member))

        await asyncio.gather(*(go_on() for _ in range(in_flight)))
        return answers

    async def ask_steadily(self, who: Iterable[Member], a_second: float, seconds: float) -> list[Answers]:
        """One after the other at fixed times, whether the bot keeps up or not; the answers by quarter of the time."""
        loop, began, waiting = asyncio.get_running_loop(), asyncio.get_running_loop().time(), itertools.cycle(who)
        asked: list[asyncio.Task[Answer]] = []
        for number in range(round(a_second * seconds)):
            await asyncio.sleep(began + number / a_second - loop.time())
            asked.append(asyncio.create_task(self.ask(next(waiting))))
        answers = await asyncio.gather(*asked)
        quarter = max(1, math.ceil(len(answers) / 4))
        return [Answers(list(answers[k : k + quarter])) for k in range(0, len(answers), quarter)]


def _is_whole(interaction: Interaction) -> bool:
    original = interaction.original
    return original is not None and not original.deleted and bool(original.buttons)


def _is_over(interaction: Interaction) -> bool:
    original = interaction.original
    is_refused = bool(interaction.followups) or (original is not None and not original.loading and original.ephemeral)
    return is_refused or _is_whole(interaction)
