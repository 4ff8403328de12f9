"""Where one training job runs: a local process, or a worker of a cluster."""

from concurrent.futures import Future
from typing import Protocol

from bot.training.job_folder import TrainedModel
from bot.training.worker import Stopped, TrainingTask, Unsuitable, WorkerLost

Ending = TrainedModel | Stopped | Unsuitable | WorkerLost


class PlaceGoneError(Exception):
    """There is no place to train just now, which is not the job's fault."""


class Place(Protocol):
    """Runs one job. Progress and checkpoints go through the job's folder, wherever the job runs."""

    def begin(self, task: TrainingTask) -> Future[Ending]:
        """Train, from the checkpoint in the job's folder if there is one.

        The future is cancelled if the place itself is gone, and raises BrokenExecutor if the process has died.

        Raises:
            PlaceGoneError: if the place is already gone.
            BrokenExecutor: if the process has already died.
        """

    def close(self) -> None:
        """End what is still running, and leave nothing behind."""
