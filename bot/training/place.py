"""Where one training runs: a process of this machine, or a worker of a cluster."""

from concurrent.futures import Future
from typing import Protocol

from bot.training.job_folder import TrainedModel
from bot.training.worker import Stopped, TrainingTask, Unsuitable, WorkerLost

Ending = TrainedModel | Stopped | Unsuitable | WorkerLost


class PlaceGoneError(Exception):
    """There is no place for a training just now; which is not the fault of the job."""


class Place(Protocol):
    """Takes one job. What is told on the way goes through the job's folder, wherever the training runs."""

    def begin(self, task: TrainingTask) -> Future[Ending]:
        """Train, from the checkpoint in the job's folder if there is one.

        The future is cancelled where the place itself is gone, and raises BrokenExecutor where the process has died.

        Raises:
            PlaceGoneError: if the place is gone already.
            BrokenExecutor: if the process has died already.
        """

    def close(self) -> None:
        """End what still runs, and leave nothing behind."""
