"""The real bot training on a Dask cluster that is killed piece by piece."""

from pathlib import Path

import pytest

pytest.importorskip("distributed")

from tests.bot.training.dask_cluster import DaskCluster
from tests.faults.stage import Stage

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="workers are found by what /proc tells"),
]


async def test_another_worker_continues_or_without_the_cluster_the_bot_itself(stage: Stage, tmp_path: Path) -> None:
    async with DaskCluster(tmp_path) as dask:
        settings = {"LYRICS_DASK_SCHEDULER": dask.address, "LYRICS_DASK_PATIENCE_SECONDS": "3"}
        async with stage.trial(**settings) as trial:
            await trial.start()
            await trial.has_checkpoint()
            await dask.kill_busy_worker()
            await trial.learns(attempts=1)
            await dask.kill_scheduler()
            await trial.trains_here()
            await dask.workers_end(10)
            await trial.told()
            assert await trial.findings() == stage.undisturbed, trial.log
