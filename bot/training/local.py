"""A local process as a place to train."""

import os
import signal
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress

from bot.training.place import Ending
from bot.training.processes import new_process
from bot.training.worker import TrainingTask, train


class LocalPlace:
    """A separate process for one job; closing kills it, whatever it is doing."""

    def __init__(self) -> None:
        """Start the process.

        Raises:
            BrokenExecutor: if it dies immediately.
        """
        self._executor = new_process()
        try:
            self._process_id = self._executor.submit(os.getpid).result()
        except BrokenExecutor:
            self._executor.shutdown()
            raise

    def begin(self, task: TrainingTask) -> Future[Ending]:
        """Train in the process, which reads and writes the job's folder itself."""
        return self._executor.submit(train, task)

    def close(self) -> None:
        """Kill the process; if the job has ended normally, it is already gone."""
        with suppress(ProcessLookupError):
            os.kill(self._process_id, signal.SIGKILL)
        self._executor.shutdown(cancel_futures=True)
