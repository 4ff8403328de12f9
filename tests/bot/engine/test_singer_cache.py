import asyncio

import pytest

from bot.engine.singer_cache import SingerCache, VersionGoneError
from lstm.model.model_file import ModelFileError
from tests.bot import samples


class Shelf:
    """Model files by id, which records the ids that are read."""

    def __init__(self) -> None:
        self.reads: list[int] = []
        self.may_read = asyncio.Event()
        self.may_read.set()

    async def read(self, version_id: int) -> bytes:
        self.reads.append(version_id)
        await self.may_read.wait()
        if version_id < 0:
            raise VersionGoneError(version_id)
        return samples.model(version_id) if version_id else b"no model"


@pytest.fixture
async def shelf() -> Shelf:
    return Shelf()


async def test_a_singer_is_loaded_once_for_all_who_wait(shelf: Shelf) -> None:
    cache = SingerCache(shelf.read, 2**20)
    shelf.may_read.clear()
    waiting = [asyncio.create_task(cache.get(1)) for _ in range(20)]
    await asyncio.sleep(0.01)
    shelf.may_read.set()
    singers = await asyncio.gather(*waiting)
    assert all(singer is singers[0] for singer in singers)
    assert await cache.get(1) is singers[0]
    assert shelf.reads == [1]


async def test_a_waiter_that_gives_up_does_not_take_it_from_the_others(shelf: Shelf) -> None:
    cache = SingerCache(shelf.read, 2**20)
    shelf.may_read.clear()
    first, second = asyncio.create_task(cache.get(1)), asyncio.create_task(cache.get(1))
    await asyncio.sleep(0.01)
    first.cancel()
    shelf.may_read.set()
    assert (await second).voice.vocabulary
    assert first.cancelled()
    assert shelf.reads == [1]


async def test_the_least_recently_used_leaves_first(shelf: Shelf) -> None:
    size = (await SingerCache(shelf.read, 2**20).get(1)).nbytes
    cache = SingerCache(shelf.read, 2 * size)
    shelf.reads.clear()
    for version_id in (1, 2, 1, 3):
        await cache.get(version_id)
    assert cache.nbytes == 2 * size
    await cache.get(1)
    assert shelf.reads == [1, 2, 3]
    await cache.get(2)
    assert shelf.reads == [1, 2, 3, 2]


async def test_a_singer_larger_than_the_budget_sings_but_is_not_kept(shelf: Shelf) -> None:
    cache = SingerCache(shelf.read, 1)
    assert (await cache.get(1)).nbytes > 1
    assert cache.nbytes == 0


async def test_what_cannot_be_loaded_is_tried_again_next_time(shelf: Shelf) -> None:
    cache = SingerCache(shelf.read, 2**20)
    for _ in range(2):
        with pytest.raises(ModelFileError):
            await cache.get(0)
    with pytest.raises(VersionGoneError):
        await cache.get(-1)
    assert shelf.reads == [0, 0, -1]
