"""One training job, in a separate process or on a cluster; imports lstm, and nothing of the bot but this package."""

import dataclasses
import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bot.training.fault_points import fault_point
from bot.training.job_folder import JobFolder, TrainedModel
from lstm.malloc import give_back
from lstm.model.model_file import dump_model
from lstm.model.record import stored_name
from lstm.text.errors import CorpusError
from lstm.training.base_model import load_base
from lstm.training.curve import draw_curve
from lstm.training.settings import TrainingSettings
from lstm.training.start import Start
from lstm.training.trainer import Progress, Trainer

FIRST_CHECKPOINT_SECONDS = 1.0
CHECKPOINT_SECONDS = 15.0
"""The time between checkpoints doubles from the first to this, so that even a process that is killed early, again and
again, makes progress."""
CHECKPOINT_SHARE = 0.02
"""The largest share of the time to spend on checkpoints: if one takes long, as over a slow line, there are fewer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingTask:
    """What a training process is given."""

    folder: Path
    artist: str
    corpus: str
    minutes: float
    random_seed: int
    kinds: tuple[tuple[str, ...], ...] = ()
    """Of the corpus's stanzas, song by song, if they are known."""


@dataclass(frozen=True)
class Stopped:
    """The job was asked to stop, and has written a checkpoint."""


@dataclass(frozen=True)
class Unsuitable:
    """The job cannot succeed, however often it is tried."""

    reason: str
    """One sentence."""


@dataclass(frozen=True)
class WorkerLost:
    """The cluster repeated the task because the worker that had it died."""


class Exchange(Protocol):
    """How a job communicates with the bot: on the same machine, through the job's folder."""

    def read_result(self) -> TrainedModel | None:
        """Return the result of an earlier process, if it has not been published yet."""

    def read_checkpoint(self) -> bytes | None:
        """Return the checkpoint to continue from."""

    def is_asked_to_stop(self) -> bool:
        """Return whether the job should end, with a last checkpoint."""

    def write_progress(self, progress: dict[str, Any]) -> None:
        """Report the progress."""

    def write_checkpoint(self, checkpoint: bytes) -> None:
        """Store a checkpoint, replacing the previous one."""

    def write_result(self, trained: TrainedModel) -> None:
        """Store the result until it is published."""


def train(task: TrainingTask) -> TrainedModel | Stopped | Unsuitable:
    """Train on the bot's machine, communicating through the job's folder."""
    return run(task, JobFolder(task.folder))


def run(task: TrainingTask, exchange: Exchange) -> TrainedModel | Stopped | Unsuitable:
    """Train to the end, from the beginning or from where an earlier process was interrupted.

    The result is also written to the exchange, in case the bot is gone when the job ends.
    """
    trained = exchange.read_result()
    if trained is not None:
        return trained
    try:
        trainer = _trainer(task, exchange)
    except CorpusError as error:
        return Unsuitable(str(error))
    except _AskedToStop:
        return Stopped()
    if not _run(trainer, exchange):
        return Stopped()
    fault_point("training ends")
    model = trainer.result()
    trained = TrainedModel(dump_model(model, np.float16), draw_curve(model.training))
    with suppress(OSError):  # it is also returned
        exchange.write_result(trained)
    fault_point("result kept")
    return trained


class _AskedToStop(Exception):  # noqa: N818 - not an error
    """The job was asked to stop before its first update."""


def _trainer(task: TrainingTask, exchange: Exchange) -> Trainer:
    def tell(progress: Progress) -> None:
        if exchange.is_asked_to_stop():
            raise _AskedToStop
        with suppress(OSError):
            exchange.write_progress(_told(progress))

    if exchange.is_asked_to_stop():
        raise _AskedToStop
    checkpoint = exchange.read_checkpoint()
    settings = TrainingSettings(minutes=task.minutes, random_seed=task.random_seed, samples=True)

    def trainer(checkpoint: bytes | None) -> Trainer:
        start = Start.auto(load_base())
        return Trainer(task.corpus, settings, task.artist, start, checkpoint, on_preparation=tell, kinds=task.kinds)

    if checkpoint is not None:
        try:
            return trainer(checkpoint)
        except (ValueError, LookupError, TypeError) as error:  # of an earlier version, or damaged
            log.warning("training job %s begins again: %s", task.folder.name, error)
    return trainer(None)


def _run(trainer: Trainer, exchange: Exchange) -> bool:
    """Train to the end and return True, or until asked to stop and return False."""
    interval = FIRST_CHECKPOINT_SECONDS
    checkpoint_due = time.monotonic() + interval
    sample: str | None = None
    for progress in trainer.run():
        sample = progress.sample or sample
        stop = exchange.is_asked_to_stop()
        began = time.monotonic()
        if stop or began >= checkpoint_due:
            give_back()  # free what the steps left behind: a checkpoint is as large as everything that a job keeps
            checkpoint = trainer.checkpoint()
            fault_point("checkpoint begins")
            with suppress(OSError):  # a full disk: the training matters more than its checkpoint
                exchange.write_checkpoint(checkpoint)
            fault_point("checkpoint kept")
            interval = min(2 * interval, CHECKPOINT_SECONDS)
            now = time.monotonic()
            checkpoint_due = now + max(interval, (now - began) / CHECKPOINT_SHARE)
        if stop:
            return False
        with suppress(OSError):
            exchange.write_progress(_told(dataclasses.replace(progress, sample=sample)))
    return True


def _told(progress: Progress) -> dict[str, Any]:
    """Return the progress in a form that JSON can represent: None instead of infinity, for unknown times."""
    told = dataclasses.asdict(progress)
    return {
        stored_name(key): None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in told.items()
    }
