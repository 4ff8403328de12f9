"""What the bot keeps to itself: where it connects to, and who gets to see its token."""

import ast
import asyncio
import os
import re
import sys
from pathlib import Path

from tests.bot.waiting import until
from tests.discord_stand_in import DiscordStandIn, Member, Upload
from tests.discord_stand_in.stand_in import REDIRECT
from tests.end_to_end.bot_process import REPOSITORY, BotProcess
from tests.end_to_end.conftest import SEED, SHORT_TEXT
from tests.faults import processes


def connections(file: Path) -> set[tuple[str, int]]:
    """Return every address that a process, or one that it started, tried to reach."""
    found = set()
    for line in file.read_text().splitlines() if file.exists() else ():
        address = ast.literal_eval(line.partition(" ")[2])
        found.add(tuple(address[:2]) if isinstance(address, tuple) else (address, 0))
    return found


def environment_of(process_id: int) -> str:
    return Path(f"/proc/{process_id}/environ").read_bytes().decode()


async def test_the_bot_connects_to_discord_and_to_nothing_else(
    discord: DiscordStandIn, data_dir: Path, chief: Member, tmp_path: Path
) -> None:
    noted = tmp_path / "connections.txt"
    settings = {"LYRICS_DEFAULT_ARTIST": "testling", "LYRICS_TRAIN_MINUTES": "0.02"}
    bot = BotProcess(discord, data_dir, STAND_IN_CONNECTIONS=str(noted), **settings)
    await bot.start()
    try:
        for command, options in (("lyrics", {"seed": SEED, "lines": 2}), ("about", {}), ("mydata export", {})):
            await (await discord.slash(chief, command, options)).message()
        upload = Upload("short.txt", SHORT_TEXT.encode())
        message = await (await discord.slash(chief, "train", {"artist": "drover", "corpus": upload})).message()
        await message.until(lambda message: bool(message.attachments) or "ailed" in message.text, 240)
    finally:
        await bot.stop()
        await bot.kill()
    host, _, port = discord.address.partition(":")
    assert connections(noted) == {(host, int(port))}


async def test_the_console_connects_to_nothing(data_dir: Path, tmp_path: Path) -> None:
    noted = tmp_path / "connections.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(REDIRECT), str(REPOSITORY)]),
        "STAND_IN_CONNECTIONS": str(noted),
        "LYRICS_DATA_DIR": str(data_dir),
        "LYRICS_DEFAULT_ARTIST": "testling",
    }
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot"),
        cwd=tmp_path,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    shown, _ = await bot.communicate(f"{SEED}\n/artists\n/about\n".encode())
    assert SEED in shown.decode()
    assert connections(noted) == set()


async def test_trainings_are_not_given_the_token(discord: DiscordStandIn, data_dir: Path, chief: Member) -> None:
    bot = BotProcess(discord, data_dir, LYRICS_TRAIN_MINUTES="1")
    await bot.start()
    try:
        upload = Upload("short.txt", SHORT_TEXT.encode())
        await (await discord.slash(chief, "train", {"artist": "drover", "corpus": upload})).message()
        await until(lambda: processes.workers_of(bot.process_id), 60)
        for worker in processes.workers_of(bot.process_id):
            environment = environment_of(worker)
            assert re.search("PYTHONPATH=", environment)
            assert discord.token not in environment
            assert "DISCORD_TOKEN" not in environment
    finally:
        await bot.kill()
