"""The training process from outside: what it imports, how it behaves, and that it does not outlive the bot."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.training.processes import new_process
from tests.bot.waiting import until

ORPHANS = """
import asyncio, os, sys
from bot.training.processes import new_process
from bot.training.worker import TrainingTask, train
from pathlib import Path
from tests.bot import samples

if __name__ == "__main__":
    executor = new_process()
    print(executor.submit(os.getpid).result(), flush=True)
    executor.submit(train, TrainingTask(Path(sys.argv[1]), "burns", samples.corpus(), 5.0, 0))
    import time
    time.sleep(60)
"""


def state_of_process() -> tuple[int, str | None, set[str]]:
    import numpy  # noqa: F401

    return os.nice(0), os.environ.get("OPENBLAS_NUM_THREADS"), set(sys.modules)


def test_signals_to_the_whole_group_leave_it_to_the_bot() -> None:
    with new_process() as executor:
        process_id = executor.submit(os.getpid).result(30)
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process_id, signal_number)
        assert executor.submit(os.getpid).result(30) == process_id


def test_a_process_is_polite_and_has_one_blas_thread() -> None:
    with new_process() as executor:
        niceness, threads, _ = executor.submit(state_of_process).result(30)
    assert (niceness, threads) == (min(os.nice(0) + 10, 19), "1")


async def test_a_worker_knows_lstm_and_nothing_of_the_bots_other_parts() -> None:
    program = "import bot.training.worker, sys; print('\\n'.join(sys.modules))"
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    output, _ = await worker.communicate()
    modules = set(output.decode().split())
    assert {module for module in modules if module.startswith("bot")} == {
        "bot",
        "bot.training",
        "bot.training.fault_points",
        "bot.training.job_folder",
        "bot.training.worker",
    }
    assert not modules & {"discord", "aiohttp", "aiosqlite", "sqlite3", "rich", "prompt_toolkit", "matplotlib"}


async def test_an_orphan_ends_itself(tmp_path: Path) -> None:
    program = tmp_path / "orphans.py"
    program.write_text(ORPHANS)
    (tmp_path / "1").mkdir()
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        str(tmp_path / "1"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert bot.stdout is not None
    process_id = int(await bot.stdout.readline())
    await until((tmp_path / "1" / "progress.json").exists, 15)
    bot.send_signal(signal.SIGKILL)
    await bot.wait()
    await until(lambda: not is_alive(process_id), 5)


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie only waits for its new parent
