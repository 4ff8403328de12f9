"""A Dask cluster on loopback: a scheduler and two workers, as processes that may be killed."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from distributed import Client

from tests.bot.waiting import until

REPOSITORY = Path(__file__).parents[3]
WORKERS = 2


class DaskCluster:
    """Started by entering it; `address` stays the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._scheduler: asyncio.subprocess.Process | None = None
        self._workers: dict[str, asyncio.subprocess.Process] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        port = ("--host", "127.0.0.1", "--port", str(self._port))
        self._scheduler = await self._process("dask_scheduler", *port, "--no-dashboard")
        for name in map(str, range(WORKERS)):
            one_thread = ("--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard")
            place = ("--host", "127.0.0.1", "--local-directory", str(self._folder))
            self._workers[name] = await self._process("dask_worker", self.address, *one_thread, *place)
        async with asyncio.timeout(60):
            while await asyncio.to_thread(self._count) < WORKERS:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.2)

    async def kill(self) -> None:
        """Kill scheduler and workers at once."""
        for process in filter(None, (self._scheduler, *self._workers.values())):
            if process.returncode is None:
                process.kill()
                await process.wait()
        self._workers.clear()

    async def kill_busy_worker(self) -> None:
        name = await asyncio.to_thread(self._busy)
        self._workers[name].send_signal(signal.SIGKILL)
        await self._workers[name].wait()

    async def is_idle(self, seconds: float) -> None:
        """Wait until no worker runs anything."""
        with self._client() as client:
            await until(lambda: not _executing(client), seconds)

    def _client(self) -> Client:
        return Client(self.address, timeout=5, set_as_default=False)

    def _count(self) -> int:
        try:
            with self._client() as client:
                return len(client.nthreads())
        except OSError:
            return 0

    def _busy(self) -> str:
        with self._client() as client:
            (address,) = _executing(client)
            return str(client.scheduler_info()["workers"][address]["name"])

    async def _process(self, command: str, *arguments: str) -> asyncio.subprocess.Process:
        with (self._folder / "dask.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"distributed.cli.{command}", *arguments),
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def _executing(client: Client) -> list[str]:
    """The addresses of the workers that have something to do."""

    def busy(dask_worker) -> bool:
        return bool(dask_worker.state.executing)

    return [address for address, is_busy in client.run(busy).items() if is_busy]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
