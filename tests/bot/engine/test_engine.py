import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from bot.engine import composing_thread
from bot.engine import engine as engine_module
from bot.engine.engine import Engine
from lstm.song.composing import Composition, Report, SongSettings
from lstm.song.singer import Singer
from tests.bot import samples


async def read(version_id: int) -> bytes:
    return samples.model(version_id)


async def sing(engine: Engine, version_id: int, seed: str, settings: SongSettings) -> str:
    composed = engine.compose(version_id, seed, settings)
    return "".join([piece async for piece in composed if isinstance(piece, str)])


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


async def test_a_song_ends_with_what_can_be_said_of_it() -> None:
    async def copying(version_id: int) -> bytes:
        return samples.copying_model()

    async with Engine(copying, 2**20) as engine:
        song = [piece async for piece in engine.compose(1, "Oh!", SongSettings(lines=4))]
    *_, last = song
    assert isinstance(last, Report) and last.copied_lines == 3 and last.longest_copied_run == 7
    assert all(isinstance(piece, str) for piece in song[:-1])


async def test_a_song_that_nobody_waits_for_any_more_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing_thread, "MOST_SONGS_AT_ONCE", 1)
    begun = []

    def noted(singer: Singer, seed: str, *settings: Any) -> Composition:
        begun.append(seed)
        return Composition(singer, seed, *settings)

    monkeypatch.setattr(engine_module, "Composition", noted)
    async with Engine(read, 2**20) as engine:
        async with aclosing(engine.compose(1, "first", SongSettings(lines=5000))) as first:
            await anext(first)
            gone = asyncio.create_task(sing(engine, 1, "gone", SongSettings(lines=2)))
            await asyncio.sleep(0.05)
            assert engine.songs_in_progress == 1
            gone.cancel()
            await asyncio.wait([gone])
        assert (await sing(engine, 1, "next", SongSettings(lines=2))).startswith("next")
    assert begun == ["first", "next"]
