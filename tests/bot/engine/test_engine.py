import asyncio

from bot.engine.engine import Engine
from lstm.composing import SongSettings
from tests.bot import samples


async def read(version_id: int) -> bytes:
    return samples.model(version_id)


async def sing(engine: Engine, version_id: int, seed: str, settings: SongSettings) -> str:
    return "".join([piece async for piece in engine.compose(version_id, seed, settings)])


async def test_songs_begin_with_their_seed_and_are_reproducible() -> None:
    settings = SongSettings(lines=4, random_seed=3)
    async with Engine(read, 2**20) as engine:
        first, again, other = await asyncio.gather(
            sing(engine, 1, "I walk alone", settings),
            sing(engine, 1, "I walk alone", settings),
            sing(engine, 2, "I walk alone", settings),
        )
    assert first == again != other
    assert first.startswith("I walk alone")
    assert sum(1 for line in first.splitlines() if line.strip()) == 4
