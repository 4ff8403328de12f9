"""Kills at points drawn at random over a training's life."""

import asyncio
import random
from dataclasses import dataclass

from tests.faults.stage import Stage
from tests.faults.trial import MOST_WORKERS_KILLED, Trial, Victim

MOST_KILLS_A_TRIAL = 4


@dataclass(frozen=True)
class Kill:
    """One kill; the seconds count from the start of the trial, or from the kill before."""

    after_seconds: float
    victim: Victim


def draw(randomness: random.Random, kills: int, seconds: float) -> list[Kill]:
    """Draw the kills of one trial on a training of about that many seconds."""
    drawn: list[Kill] = []
    for _ in range(kills):
        with_workers = sum(kill.victim is not Victim.BOT for kill in drawn)
        victims = list(Victim) if with_workers < MOST_WORKERS_KILLED else [Victim.BOT]
        drawn.append(Kill(randomness.uniform(0, seconds), randomness.choice(victims)))
    return drawn


async def survive(stage: Stage, kills: list[Kill]) -> None:
    """Hold one trial; AssertionError or TimeoutError if the job does not come through it unharmed."""
    async with stage.trial() as trial:
        await trial.start()
        for kill in kills:
            await asyncio.sleep(kill.after_seconds)
            await trial.kill(kill.victim)
        await _check(stage, trial)


async def _check(stage: Stage, trial: Trial) -> None:
    await trial.told()
    found = await trial.findings()
    assert found == stage.undisturbed, trial.log
