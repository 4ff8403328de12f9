"""A crowd on two cores (`make load`): the real bot process, a real websocket, and a stand-in for Discord on loopback.

The crowd, the stand-in and the bot share the machine, so every figure is that of a bot with less than two cores.
Times are what members see: from their action to the first answer, and to the edit that shows the whole song.
"""

import argparse
import asyncio
import math
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

import numpy as np

from bot.metrics.histogram import LAG_SECONDS, Histogram
from bot.metrics.loop_lag import loop_lag_in
from tests.benchmarks.crowd import Answers
from tests.benchmarks.processes import ProcessorTime, family_megabytes, resident_megabytes
from tests.benchmarks.stage import HEARTBEAT_SECONDS, SHIPPED, SMALL, Size, Stage, stage
from tests.discord_stand_in import Message, Upload

Row = Callable[[Stage], Coroutine[None, None, "tuple[str, Answers, str]"]]


def quantile(values: Sequence[float], share: float) -> float:
    """A quantile: the smallest value that at least this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


async def alone(here: Stage) -> tuple[str, Answers, str]:
    """One request at a time, each by a different member."""
    loop, members = asyncio.get_running_loop(), here.crowd.mixed[: here.size.alone]
    began = loop.time()
    answers = await here.crowd.ask_in_turn(members)
    here.songs_a_second_alone = len(answers.sung) / (loop.time() - began)
    return "one alone", answers, f"whole p50 {quantile(answers.sung, 0.5):.2f} s (≤ 0.6)"


async def at_once(here: Stage) -> tuple[str, Answers, str]:
    """That many members of one guild at once, one guild after the other."""
    answers = Answers()
    for members in here.crowd.guilds[: here.size.rounds]:
        answers.all += (await here.crowd.ask_at_once(members[: here.size.at_once])).all
    return f"{here.size.at_once} at once", answers, _crowd_verdict(answers, 0.8, 6)


async def training(here: Stage) -> tuple[str, Answers, str]:
    """The same while an artist trains."""
    upload = Upload("corpus.txt", here.corpus)
    asked = await here.discord.slash(here.chief, "train", {"artist": "drover", "corpus": upload})
    message = await asked.message()
    await message.until(_is_training, 60)
    most = 0.0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, family_megabytes(here.bot.pid))
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(watch())
    _, answers, _ = await at_once(here)
    assert _is_training(message), f"the training ended too soon: {message.text}"
    await here.discord.press(here.chief, message, "Cancel")
    await message.until(lambda message: "Cancelled" in message.text, 30)
    watching.cancel()
    verdict = f"{_crowd_verdict(answers, 1.2, 6)}; all processes {most:.0f} MB (≤ 300)"
    return f"{here.size.at_once} at once, training", answers, verdict


async def flood(here: Stage) -> tuple[str, Answers, str]:
    """Far more requests than can be sung."""
    members = here.crowd.mixed[: here.size.flooders]
    answers = await here.crowd.ask_at_once(members[number % len(members)] for number in range(here.size.flood))
    verdict = f"answered or refused within {max(answers.acknowledged):.2f} s (≤ 2), lost {answers.lost} (0)"
    return f"{here.size.flood} at once by {len(members)}", answers, verdict


async def steady(here: Stage) -> tuple[str, Answers, str]:
    """That many per second, for a long time."""
    memory: list[float] = []

    async def watch() -> None:
        while True:
            memory.append(resident_megabytes(here.bot.pid))
            await asyncio.sleep(here.seconds / 20)

    watching = asyncio.create_task(watch())
    quarters = await here.crowd.ask_steadily(here.crowd.mixed, here.size.a_second, here.seconds)
    watching.cancel()
    settled = memory[min(len(memory) - 1, max(1, round(20 * min(0.5, 60 / here.seconds))))]
    p95 = " → ".join(f"{quantile(quarter.sung, 0.95):.2f}" for quarter in quarters)
    verdict = f"p95 by quarter {p95} s (flat); memory {memory[-1] / settled - 1:+.1%} (≤ 5 %)"
    answers = Answers([answer for quarter in quarters for answer in quarter.all])
    return f"{here.size.a_second:g} a second, {here.seconds:g} s", answers, verdict


async def in_flight(here: Stage) -> tuple[str, Answers, str]:
    """How much faster many songs are than one at a time."""
    if math.isnan(here.songs_a_second_alone):
        await alone(here)
    loop, members = asyncio.get_running_loop(), here.crowd.mixed[-here.size.flight :]
    began = loop.time()
    answers = await here.crowd.ask_in_turn(members, here.size.in_flight)
    rate, once = len(answers.sung) / (loop.time() - began), here.songs_a_second_alone
    verdict = f"{rate:.1f} songs/s, one at a time {once:.1f}: {rate / once:.1f} times (≥ 3)"
    return f"{here.size.in_flight} in flight", answers, verdict


ROWS: dict[str, Row] = {
    "alone": alone,
    "crowd": at_once,
    "training": training,
    "flight": in_flight,
    "flood": flood,
    "steady": steady,
}

COLUMNS = (
    "load",
    "songs",
    "refused",
    "lost",
    "acknowledged p50, p99, max",
    "whole p50, p95, max",
    "streams per step",
    "characters/s",
    "loop lag p99",
    "heartbeats late by",
    "memory",
    "processor time per song",
    "cores: bot, crowd, others",
    "measured (target)",
)


async def row(here: Stage, load: Row) -> str:
    """One line of the table."""
    loop, before, first_beat = asyncio.get_running_loop(), await here.scrape(), len(here.discord.gateway.heartbeats)
    began, time_before = loop.time(), ProcessorTime.so_far(here.bot.pid)
    name, answers, verdict = await load(here)
    seconds, after = loop.time() - began, await here.scrape()
    time_after = ProcessorTime.so_far(here.bot.pid)
    own_seconds = time_after.bot_alone - time_before.bot_alone
    await asyncio.sleep(1.1 * HEARTBEAT_SECONDS)  # one that is late now will have come
    beats = [beat.late_by for beat in here.discord.gateway.heartbeats[first_beat:]]
    lag = after.share_below(before, "lyrics_event_loop_lag_seconds", 0.99)
    cells = [
        name,
        len(answers.sung),
        answers.refused,
        answers.lost,
        _three(answers.acknowledged, (0.5, 0.99, 1)),
        _three(answers.sung, (0.5, 0.95, 1)),
        f"{after.mean(before, 'lyrics_batch_streams'):.0f}",
        f"{after.since(before, 'lyrics_characters_total') / seconds:,.0f}",
        f"≤ {lag * 1000:g} ms",
        f"{max(beats, default=math.nan) * 1000:.0f} ms",
        f"{resident_megabytes(here.bot.pid):.0f} MB",
        f"{own_seconds / max(1, len(answers.sung)) * 1000:.0f} ms",
        time_after.cores_since(time_before, seconds),
        verdict,
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _three(values: Sequence[float], shares: Sequence[float]) -> str:
    return ", ".join(f"{quantile(values, share):.2f}" for share in shares)


def _crowd_verdict(answers: Answers, acknowledged: float, whole: float) -> str:
    return (
        f"acknowledged p99 {quantile(answers.acknowledged, 0.99):.2f} s (≤ {acknowledged}), "
        f"whole p95 {quantile(answers.sung, 0.95):.2f} s (≤ {whole}), "
        f"not sung {len(answers.all) - len(answers.sung)} (0)"
    )


def _is_training(message: Message) -> bool:
    return "characters/s" in message.text and bool(message.buttons)


async def measure(rows: Sequence[str], models: Sequence[Path], size: Size, seconds: float) -> None:
    """Print the table."""
    own_lag = Histogram(LAG_SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        async with stage(Path(folder), models, size, seconds) as here:
            print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", flush=True)
            async with loop_lag_in(own_lag):
                for name in rows:
                    print(await row(here, ROWS[name]), flush=True)
    count = sum(own_lag.counts)
    p99 = next(bound for bound, below in own_lag.cumulative() if below >= 0.99 * count)
    print(f"the crowd's own event loop: lag p99 ≤ {p99 * 1000:g} ms")


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--rows", default=",".join(ROWS), help=f"some of {', '.join(ROWS)}")
    parser.add_argument("--minutes", type=float, default=2.0, help="of the steady load; 10 for the whole")
    parser.add_argument("--models", type=Path, default=SHIPPED / "models", help="folder of the artists")
    parser.add_argument("--small", action="store_true", help="a smoke run with a tiny model")
    options = parser.parse_args()
    rows = options.rows.split(",")
    if unknown := set(rows) - set(ROWS):
        parser.error(f"unknown rows: {', '.join(sorted(unknown))}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}")
    if options.small:
        asyncio.run(measure(rows, [], SMALL, 2.0))
    else:
        asyncio.run(measure(rows, sorted(options.models.glob("*.safetensors")), Size(), options.minutes * 60))
    return 0


if __name__ == "__main__":
    sys.exit(main())
