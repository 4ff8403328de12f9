import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from bot.metrics.tally import Outcome, Tally
from bot.services import Asker, LyricsService, Refusal, Song, SongRequest, SongSoFar
from bot.services.song_report import reported
from tests.bot.services.conftest import GUILD, OPERATOR, member

SEED = "I walk alone through Zanzibar"
REQUEST = SongRequest(SEED, lines=4, rhyme="AABB")


class Seconds:
    now = 5.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


async def read(parts: AsyncGenerator[SongSoFar | Song, None], most: int = 1_000) -> None:
    async with aclosing(parts) as song:
        async for _ in song:
            most -= 1
            if not most:
                return


def song_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.getMessage().startswith("song ")]


async def test_a_sung_song_is_one_line_without_its_text_or_who_asked(
    lyrics: LyricsService, tally: Tally, caplog: pytest.LogCaptureFixture
) -> None:
    await read(lyrics.sing(member(user_id=987654321), REQUEST))
    (line,) = song_lines(caplog)
    assert line.startswith(f'song guild={GUILD} artist="Anna" lines=4 rhyme=AABB first_line_ms=')
    assert line.endswith(" outcome=sung")
    assert "Zanzibar" not in caplog.text
    assert "987654321" not in caplog.text
    assert tally.requests == {Outcome.SUNG: 1}
    assert sum(tally.song_seconds.counts) == sum(tally.first_line_seconds.counts) == 1
    assert tally.characters > len(SEED)
    assert tally.batch.sum > 0


async def test_a_refusal_does_not_repeat_what_was_typed(
    lyrics: LyricsService, tally: Tally, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Refusal):
        await read(lyrics.sing(member(), SongRequest(SEED, artist="Zanzibar")))
    (line,) = song_lines(caplog)
    assert line.startswith(f"song guild={GUILD} artist=- lines=- rhyme=- first_line_ms=- ms=")
    assert line.endswith(" outcome=refused")
    assert tally.requests == {Outcome.REFUSED: 1}
    assert sum(tally.song_seconds.counts) == 0


async def test_a_reader_who_leaves(lyrics: LyricsService, tally: Tally) -> None:
    await read(lyrics.sing(member(), REQUEST), most=1)
    reading = asyncio.create_task(read(lyrics.sing(member(), SongRequest(SEED, lines=40))))
    await asyncio.sleep(0.05)
    reading.cancel()
    await asyncio.wait([reading])
    assert tally.requests == {Outcome.LEFT: 2}
    assert lyrics.songs_waiting == 0


async def test_the_console_logs_only_at_debug(lyrics: LyricsService, caplog: pytest.LogCaptureFixture) -> None:
    await read(lyrics.sing(OPERATOR, REQUEST))
    (record,) = [record for record in caplog.records if record.getMessage().startswith("song guild=- ")]
    assert record.levelno == logging.DEBUG


def test_times_are_those_from_outside(caplog: pytest.LogCaptureFixture) -> None:
    seconds, tally = Seconds(), Tally()
    with reported(member(guild_id=None), tally, seconds) as report:
        seconds.now += 0.25
        report.first_line()
        seconds.now += 1.0
        report.first_line()
    assert song_lines(caplog) == ["song guild=- artist=- lines=- rhyme=- first_line_ms=250 ms=1250 outcome=sung"]
    assert (tally.first_line_seconds.sum, tally.song_seconds.sum) == (0.25, 1.25)


def test_an_unexpected_error_counts_as_failed() -> None:
    tally = Tally()
    with pytest.raises(ZeroDivisionError), reported(Asker(1, None, 7), tally, Seconds()):
        raise ZeroDivisionError
    assert tally.requests == {Outcome.FAILED: 1}
