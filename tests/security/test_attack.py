"""The worst attacks against the running bot; all of them: `python -m tests.security.attack`.

The times are for a busy machine: what the table shows for a quiet one is far below.
"""

import math
from pathlib import Path

import pytest

from tests.discord_stand_in import DiscordStandIn, Interaction
from tests.discord_stand_in.interactions import COMMAND, MESSAGE
from tests.security.answers import faults_of
from tests.security.attack import stop_meanwhile, upload
from tests.security.hostile_files import FILES
from tests.security.hostile_words import SEEDS
from tests.security.neighbours import Watched
from tests.security.process_stage import started
from tests.security.word_attacks import sing

WORST_FILES = (
    "60 KB of spaces before a letter",
    "160 KB of combining marks, wrong order",
    "a piece of 40,000 letters",
    "8 MB of nested JSON objects",
)
WORST_SEEDS = ("200 combining marks", "right-to-left overrides", "mentions")


async def test_nobody_is_held_up_and_a_signal_is_obeyed(tmp_path: Path) -> None:
    async with started(tmp_path) as here:
        for name in WORST_FILES:
            await upload(here, next(file for file in FILES if file.name == name))
        await stop_meanwhile(here)
    assert len(here.rows) == len(WORST_FILES) + 1
    for row in here.rows:
        assert row.ended_well, row
    for row in here.rows[:-1]:  # the last one is the stop
        assert row.watched is not None
        assert max(row.watched.late, default=math.inf) < 2, row
        assert max(row.watched.waits, default=math.inf) < 3, row  # what Discord itself waits
    assert "Traceback" not in here.bot.log


async def test_seeds_do_nothing_but_begin_a_song(tmp_path: Path) -> None:
    async with started(tmp_path) as here:
        here.neighbours.is_here = False
        for name in WORST_SEEDS:
            interaction, shown = await sing(here, SEEDS[name])
            assert "generated, in" in shown
            wrong = [fault for fault in faults_of(interaction, shown) if "answered after" not in fault]
            assert wrong == [], name
        assert here.discord.messages.pings == []
        assert here.discord.refusals == []


@pytest.mark.parametrize(
    ("late", "waits", "is_fine"),
    [
        ([0.0, 0.1], [0.2], True),
        ([0.0, 0.3], [0.2], False),
        ([0.0], [0.2, 1.5], False),
        ([0.0], [math.inf], False),
        ([], [0.2], False),
        ([0.0], [], False),
    ],
)
def test_nobody_is_fine_whom_the_bot_never_answered(late: list[float], waits: list[float], is_fine: bool) -> None:
    assert Watched(late=late, waits=waits).is_fine is is_fine


@pytest.mark.parametrize(
    ("shown", "faults"),
    [
        ("I walk\n-# anna is singing …", ["not finished"]),
        ("The bird is singing …\n-# generated, in the style of **anna**", []),
        ("The bird is singing", []),
    ],
)
def test_a_song_in_progress_is_a_fault_but_not_a_line_about_singing(
    discord: DiscordStandIn, shown: str, faults: list[str]
) -> None:
    who = discord.guild("Choir").member("anna")
    channel = who.guild.channels[0]
    message = discord.messages.said(discord.world.bot, channel, shown)
    interaction = Interaction(
        1, "token", COMMAND, who.user, channel, sent_at=0.0, answer=MESSAGE, answered_at=0.1, original=message
    )
    assert list(faults_of(interaction, shown)) == faults
