"""A Dask cluster on loopback: a scheduler and workers, as processes that can be killed."""

import asyncio
import itertools
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


class DaskCluster:
    """Started on entering it; `address` stays the same when it restarts."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self._folder = folder
        self._count = workers
        self._port = _free_port()
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._scheduler: asyncio.subprocess.Process | None = None
        self._workers: dict[str, asyncio.subprocess.Process] = {}
        self._names = map(str, itertools.count())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill_scheduler()
        await self.kill_workers()

    async def start(self) -> None:
        port = ("--host", "127.0.0.1", "--port", str(self._port))
        self._scheduler = await self._process("dask_scheduler", *port, "--no-dashboard")
        for _ in range(self._count):
            await self.add_worker()
        async with asyncio.timeout(60):
            while await asyncio.to_thread(self._known_workers) < self._count:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.2)

    async def add_worker(self) -> None:
        name = next(self._names)
        one_thread = ("--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        place = ("--host", "127.0.0.1", "--local-directory", str(self._folder))
        self._workers[name] = await self._process("dask_worker", self.address, *one_thread, *place)

    async def kill_scheduler(self) -> None:
        if self._scheduler is not None:
            await _kill(self._scheduler)

    async def kill_workers(self) -> None:
        for process in self._workers.values():
            await _kill(process)
        self._workers.clear()

    async def kill_busy_worker(self) -> None:
        await _kill(self._workers.pop(await asyncio.to_thread(self._busy)))

    def freeze_scheduler(self) -> None:
        """Freeze it, so that it neither answers nor exits."""
        assert self._scheduler is not None
        self._scheduler.send_signal(signal.SIGSTOP)

    async def workers_end(self, seconds: float) -> None:
        """Wait until every worker has ended by itself."""
        async with asyncio.timeout(seconds):
            for process in self._workers.values():
                await process.wait()

    async def is_idle(self, seconds: float) -> None:
        """Wait until no worker is running anything."""
        with self._client() as client:
            await until(lambda: not _executing(client), seconds)

    def _client(self) -> Client:
        return Client(self.address, timeout=5, set_as_default=False)

    def _known_workers(self) -> int:
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


async def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _executing(client: Client) -> list[str]:
    """Return the addresses of the busy workers."""

    def busy(dask_worker) -> bool:
        return bool(dask_worker.state.executing)

    return [address for address, is_busy in client.run(busy).items() if is_busy]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
