"""A process of this machine as the place of a training."""

import os
import signal
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress

from bot.training.place import Ending
from bot.training.processes import new_process
from bot.training.worker import TrainingTask, train


class LocalPlace:
    """A process of its own for one job; closing kills it, whatever it is at."""

    def __init__(self) -> None:
        """Start the process.

        Raises:
            BrokenExecutor: if it dies at once.
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
        """Kill the process; it is gone already if the job has ended as it should."""
        with suppress(ProcessLookupError):
            os.kill(self._process_id, signal.SIGKILL)
        self._executor.shutdown(cancel_futures=True)
