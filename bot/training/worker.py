"""One training, as it runs in a process of its own: lstm and a job's folder, nothing else of the bot."""

import dataclasses
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.training.fault_points import fault_point
from bot.training.job_folder import JobFolder, TrainedModel
from lstm.base import load_base
from lstm.corpus import CorpusError
from lstm.curve import draw_curve
from lstm.model_file import ModelFileError, dump_model
from lstm.training import Progress, Trainer, TrainingSettings

FIRST_CHECKPOINT_SECONDS = 1.0
CHECKPOINT_SECONDS = 15.0
"""The time between checkpoints doubles from the first to this: a process that is killed soon, and again and again,
still gets somewhere, and one that is not killed spends well under 2 % of its time on them."""


@dataclass(frozen=True)
class TrainingTask:
    """What a training process is given."""

    folder: Path
    artist: str
    corpus: str
    minutes: float
    random_seed: int


@dataclass(frozen=True)
class Stopped:
    """The training was asked to stop, and has left a checkpoint."""


@dataclass(frozen=True)
class Unsuitable:
    """The training cannot be done, however often it is tried."""

    reason: str
    """One sentence."""


def train(task: TrainingTask) -> TrainedModel | Stopped | Unsuitable:
    """Train from the beginning, or from where an earlier process was interrupted, to the end.

    The result is also kept in the job's folder, for a bot that is gone when the training ends.
    """
    folder = JobFolder(task.folder)
    trained = folder.read_result()
    if trained is not None:
        return trained
    try:
        trainer = _trainer(task, folder.read_checkpoint())
    except CorpusError as error:
        return Unsuitable(str(error))
    if not _run(trainer, folder):
        return Stopped()
    fault_point("training ends")
    model = trainer.result()
    trained = TrainedModel(dump_model(model, np.float16), draw_curve(model.training))
    folder.write_result(trained)
    fault_point("result kept")
    return trained


def _trainer(task: TrainingTask, checkpoint: bytes | None) -> Trainer:
    settings = TrainingSettings(minutes=task.minutes, random_seed=task.random_seed)
    if checkpoint is not None:
        try:
            return Trainer(task.corpus, settings, task.artist, load_base(), checkpoint)
        except (CorpusError, ModelFileError):
            pass  # an earlier version of the program wrote it: begin again rather than never
    return Trainer(task.corpus, settings, task.artist, load_base())


def _run(trainer: Trainer, folder: JobFolder) -> bool:
    """Train to the end, or until asked to stop (False)."""
    interval = FIRST_CHECKPOINT_SECONDS
    checkpoint_due = time.monotonic() + interval
    for progress in trainer.run():
        stop = folder.is_asked_to_stop()
        if stop or time.monotonic() >= checkpoint_due:
            checkpoint = trainer.checkpoint()
            fault_point("checkpoint begins")
            folder.write_checkpoint(checkpoint)
            fault_point("checkpoint kept")
            interval = min(2 * interval, CHECKPOINT_SECONDS)
            checkpoint_due = time.monotonic() + interval
        if stop:
            return False
        folder.write_progress(_told(progress))
    return True


def _told(progress: Progress) -> dict[str, Any]:
    """Return the progress as JSON can hold it: without infinity, for a time that is not known yet."""
    told = dataclasses.asdict(progress)
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in told.items()
    }
