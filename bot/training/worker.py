"""One training, as it runs in a process of its own or on a cluster: lstm, and nothing of the bot but this package."""

import dataclasses
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bot.training.fault_points import fault_point
from bot.training.job_folder import JobFolder, TrainedModel
from lstm.model.memory_trim import give_back
from lstm.model.model_file import dump_model
from lstm.text.errors import CorpusError
from lstm.training.base_model import load_base
from lstm.training.curve import draw_curve
from lstm.training.settings import TrainingSettings
from lstm.training.start import Start
from lstm.training.trainer import Progress, Trainer

FIRST_CHECKPOINT_SECONDS = 1.0
CHECKPOINT_SECONDS = 15.0
"""The time between checkpoints doubles from the first to this: a process that is killed soon, and again and again,
still gets somewhere."""
CHECKPOINT_SHARE = 0.02
"""At most this share of the time is spent on checkpoints: where one takes long, as over a slow line, they are fewer."""


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
    """The training was asked to stop, and has left a checkpoint."""


@dataclass(frozen=True)
class Unsuitable:
    """The training cannot be done, however often it is tried."""

    reason: str
    """One sentence."""


@dataclass(frozen=True)
class WorkerLost:
    """A cluster tried the training a second time, because the worker that had it died."""


class Exchange(Protocol):
    """What a training hears from the bot and lets it know: on this machine, the job's folder."""

    def read_result(self) -> TrainedModel | None:
        """Read the result of an earlier process that was not published yet."""

    def read_checkpoint(self) -> bytes | None:
        """Read the checkpoint to go on from."""

    def is_asked_to_stop(self) -> bool:
        """Tell whether the training shall end, with a last checkpoint."""

    def write_progress(self, progress: dict[str, Any]) -> None:
        """Tell how far the training is."""

    def write_checkpoint(self, checkpoint: bytes) -> None:
        """Let a checkpoint be kept in place of the one before."""

    def write_result(self, trained: TrainedModel) -> None:
        """Let the result be kept until it is published."""


def train(task: TrainingTask) -> TrainedModel | Stopped | Unsuitable:
    """Train beside the bot, with the job's folder between them."""
    return run(task, JobFolder(task.folder))


def run(task: TrainingTask, exchange: Exchange) -> TrainedModel | Stopped | Unsuitable:
    """Train from the beginning, or from where an earlier process was interrupted, to the end.

    The result is also written to the exchange, for a bot that is gone when the training ends.
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
    with suppress(OSError):  # it is returned as well
        exchange.write_result(trained)
    fault_point("result kept")
    return trained


class _AskedToStop(Exception):  # noqa: N818 - not an error
    """The training was asked to stop before its first update."""


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
        except _AskedToStop:
            raise
        except Exception:  # noqa: S110 - of an earlier version, or damaged: begin again rather than never
            pass
    return trainer(None)


def _run(trainer: Trainer, exchange: Exchange) -> bool:
    """Train to the end, or until asked to stop (False)."""
    interval = FIRST_CHECKPOINT_SECONDS
    checkpoint_due = time.monotonic() + interval
    sample: str | None = None
    for progress in trainer.run():
        sample = progress.sample or sample
        stop = exchange.is_asked_to_stop()
        began = time.monotonic()
        if stop or began >= checkpoint_due:
            give_back()  # what the steps have left behind: a checkpoint is as much as all that a training keeps
            checkpoint = trainer.checkpoint()
            fault_point("checkpoint begins")
            with suppress(OSError):  # a full disk: the training is worth more than its checkpoint
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
    """Return the progress as JSON can hold it: without infinity, for a time that is not known yet."""
    told = dataclasses.asdict(progress)
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in told.items()
    }
