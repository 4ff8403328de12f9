"""A stand-in Discord, a data folder with an artist that was trained offline, and the bot in between."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstm.model.model_file import dump_model, load_model
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Guild, Member
from tests.end_to_end.bot_process import REPOSITORY, BotProcess

SHORT_TEXT = "\n\n\n".join(
    f"The {first} rolls in on the {second} tide,\nand the {third} calls from the other side,\n"
    f"oh {first}, oh {second}, carry me home,\nI never was made to {fourth} alone."
    for first in ("wind", "rain", "moon", "fog", "storm")
    for second in ("evening", "silver", "falling", "winter")
    for third in ("captain", "harbour", "lantern")
    for fourth in ("wander", "sail", "sing")
)
"""Rhymes of our own, enough to train on."""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `models/` with a shared artist, as `python -m lstm.train` writes it."""
    data_dir = tmp_path_factory.mktemp("offline")
    (data_dir / "corpora").mkdir()
    (data_dir / "corpora" / "testling.txt").write_text(SHORT_TEXT)
    small = ["--start", "scratch", "--hidden", "48", "--layers", "1", "--embedding", "12", "--minutes", "0.03"]
    command = [sys.executable, "-m", "lstm.train", "--artist", "testling", "--data-dir", str(data_dir), *small]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    path = data_dir / "models" / "testling.safetensors"
    model = load_model(path)  # so short a training loses to the n-gram baseline, and would be held back
    unmeasured = replace(model.training, baseline_bits_per_character=None)
    path.write_bytes(dump_model(replace(model, training=unmeasured), np.float16))
    return data_dir / "models"


@pytest.fixture
def data_dir(tmp_path: Path, models: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(models, folder / "models")
    return folder


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as stand_in:
        yield stand_in
    assert stand_in.messages.pings == []
    assert stand_in.messages.rate_limited == 0
    assert stand_in.refusals == []


@pytest.fixture
def guild(discord: DiscordStandIn) -> Guild:
    return discord.guild("Choir")


@pytest.fixture
def anna(guild: Guild) -> Member:
    return guild.member("anna")


@pytest.fixture
def chief(guild: Guild) -> Member:
    return guild.member("chief", MANAGE_GUILD)


@pytest.fixture
def bot_settings() -> dict[str, str]:
    """Settings that a module's tests add to the usual ones."""
    return {}


@pytest.fixture
async def bot(
    discord: DiscordStandIn, guild: Guild, data_dir: Path, bot_settings: dict[str, str]
) -> AsyncIterator[BotProcess]:
    settings = {"LYRICS_DEFAULT_ARTIST": "testling", "LYRICS_TRAIN_MINUTES": "0.1"} | bot_settings
    process = BotProcess(discord, data_dir, **settings)
    await process.start()
    try:
        yield process
    finally:
        await process.kill()
    for secret in (discord.token, SEED):
        assert secret not in process.log, process.log
    for word in ("Traceback", "ERROR"):
        assert word not in process.log, process.log


SEED = "I walk alone through Zanzibar"
