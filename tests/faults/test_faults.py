"""The real bot with real workers, killed by SIGKILL: the job ends once, with the weights of an undisturbed run."""

import random
from pathlib import Path

import pytest

from tests.faults.random_kills import draw, survive
from tests.faults.stage import Stage

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="workers are found by what /proc tells"),
]


async def test_an_undisturbed_training(stage: Stage) -> None:
    found = stage.undisturbed
    assert (found.state, found.versions, found.integrity, found.left_behind) == ("succeeded", 1, "ok", [])


async def test_deaths_in_and_after_a_checkpoint_and_around_publishing(stage: Stage) -> None:
    async with stage.trial() as trial:
        trial.order_death("checkpoint begins+0.005")
        await trial.start()
        await trial.worker_died()
        trial.order_death("checkpoint kept")
        await trial.worker_died()
        for point in ("publishing begins", "publishing", "published"):
            trial.order_death(point)
            await trial.bot_died()
        await trial.told()
        assert await trial.findings() == stage.undisturbed, trial.log


async def test_deaths_between_training_and_result(stage: Stage) -> None:
    async with stage.trial() as trial:
        trial.order_death("training ends")
        await trial.start()
        await trial.worker_died()
        trial.order_death("result kept")
        await trial.worker_died()
        await trial.told()
        assert await trial.findings() == stage.undisturbed, trial.log


@pytest.mark.parametrize("random_seed", range(2))
async def test_kills_at_random_points(stage: Stage, random_seed: int) -> None:
    await survive(stage, draw(random.Random(random_seed), 3, stage.seconds))
