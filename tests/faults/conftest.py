from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.stage import Stage


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with Stage(tmp_path_factory.mktemp("faults")) as opened:
        yield opened
