"""The real bot: `python -m bot` as a subprocess, which only its environment sends to the stand-in."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from tests.discord_stand_in import DiscordStandIn

REPOSITORY = Path(__file__).parents[2]


class BotProcess:
    """A bot on a data folder; it can be stopped and started again."""

    def __init__(self, discord: DiscordStandIn, data_dir: Path, **settings: str) -> None:
        self._discord = discord
        self._log_path = data_dir.parent / "bot.log"
        redirected = discord.environment()
        self._environment = {
            # None of the machine's own settings, and a working folder without .env.
            **{name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))},
            **redirected,
            "PYTHONPATH": os.pathsep.join([redirected["PYTHONPATH"], str(REPOSITORY)]),
            "LYRICS_DATA_DIR": str(data_dir),
            **settings,
        }
        self._working_folder = data_dir.parent
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process_id(self) -> int:
        """Of the process that was started most recently."""
        assert self._process is not None
        return self._process.pid

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that the bot has written since it was first started."""
        return self._log_path.read_text(errors="replace")

    async def start(self) -> None:
        """Start the process and wait until it is online."""
        await self.launch()
        ready = asyncio.create_task(self._discord.bot_is_ready(60))
        ended = asyncio.create_task(self.wait())
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            ready.cancel()
            raise AssertionError(f"the bot ended with {ended.result()}:\n{self.log}")
        ended.cancel()
        await ready

    async def launch(self) -> None:
        """Start the process without waiting."""
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot"),
                cwd=self._working_folder,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def wait(self) -> int:
        """Wait for the process to end, and return its exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, sent: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Ask the process to exit; return its exit status and how many seconds it took."""
        assert self._process is not None
        began = time.monotonic()
        if self._process.returncode is None:
            self._process.send_signal(sent)
        async with asyncio.timeout(20):
            status = await self.wait()
        await self._discord.bot_is_gone()
        return status, time.monotonic() - began

    async def kill(self) -> None:
        """Kill the process, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            await self._discord.bot_is_gone()
