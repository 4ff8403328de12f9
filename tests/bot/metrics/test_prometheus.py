import asyncio
import socket

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics.prometheus import served
from bot.metrics.tally import Outcome, Standing, Tally

STANDING = Standing(songs_in_progress=3, songs_waiting=2, models_bytes=5_000, jobs={"queued": 1, "running": 0})


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def scrape(port: int) -> dict[str, float]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    return {
        "".join((sample.name, *(f" {name}={value}" for name, value in sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def standing() -> Standing:
    return STANDING


async def test_everything_is_shown(port: int) -> None:
    tally = Tally()
    tally.requests[Outcome.SUNG] += 7
    tally.song_seconds.observe(0.5)
    tally.batch.observe(64)
    tally.batch.observe(16)
    tally.characters = 200
    tally.errors = 1
    async with served(port, tally, standing):
        shown = await scrape(port)
    assert shown["lyrics_requests_total outcome=sung"] == 7
    assert shown["lyrics_requests_total outcome=failed"] == 0
    assert shown["lyrics_song_seconds_bucket le=0.4"] == 0
    assert shown["lyrics_song_seconds_bucket le=0.6"] == shown["lyrics_song_seconds_bucket le=+Inf"] == 1
    assert (shown["lyrics_batch_streams_count"], shown["lyrics_batch_streams_sum"]) == (2, 80)
    assert shown["lyrics_characters_total"] == 200
    assert shown["lyrics_errors_total"] == 1
    assert shown["lyrics_first_line_seconds_count"] == shown["lyrics_event_loop_lag_seconds_count"] == 0
    assert (shown["lyrics_songs_in_progress"], shown["lyrics_songs_waiting"]) == (3, 2)
    assert shown["lyrics_models_bytes"] == 5_000
    assert (shown["lyrics_jobs state=queued"], shown["lyrics_jobs state=running"]) == (1, 0)
    assert shown["process_resident_memory_bytes"] > 0


async def test_a_port_in_use_is_an_error_and_a_closed_one_is_free_again(port: int) -> None:
    for _ in range(2):
        async with served(port, Tally(), standing):
            with pytest.raises(OSError, match="in use"):
                async with served(port, Tally(), standing):
                    pass


async def test_it_listens_only_on_loopback(port: int) -> None:
    async with served(port, Tally(), standing):
        with socket.socket() as other:
            # This would fail if the port were taken on every address.
            other.bind(("127.0.0.2", port))


async def test_what_the_loop_cannot_report_in_time_is_left_out(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.metrics.prometheus._PATIENCE_SECONDS", 0.05)

    async def never() -> Standing:
        await asyncio.sleep(60)
        return STANDING

    async with served(port, Tally(), never):
        shown = await scrape(port)
    assert "lyrics_songs_waiting" not in shown
    assert shown["lyrics_errors_total"] == 0
