"""A training job on a worker of a Dask cluster, which sees neither the bot's database nor its data folder.

Bot and worker communicate through three objects on the scheduler, named after the attempt:

    NAME-ticket   a queue with the checkpoint to continue from (empty: start over), taken once. If a worker dies, Dask
                  repeats its task, which then finds no ticket and leaves it to the bot to start a new attempt
    NAME-orders   a variable: the bot's heartbeat, and whether the training should go on
    NAME-mail     a queue: progress and checkpoints, as they come
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from distributed import Client, Queue, Variable, get_client

from bot.training.job_folder import TrainedModel
from bot.training.worker import Stopped, TrainingTask, Unsuitable, WorkerLost, run

SILENCE_SECONDS = 3.0
"""A bot without a heartbeat for this long is assumed dead: nobody would receive the result. A worker checks about once
a second, so it ends within 5 s."""
MOST_LETTERS = 8
"""In transit at a time, so that letters to a dead bot do not fill the scheduler's memory."""


class Order(StrEnum):
    """What the bot tells a training to do."""

    GO_ON = "go on"
    STOP = "stop"
    """After a last checkpoint."""
    END = "end"


class Letter(StrEnum):
    """What a worker sends."""

    PROGRESS = "progress"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True)
class Lines:
    """The connection between the bot and one attempt."""

    ticket: Any
    orders: Any
    mail: Any

    @classmethod
    def of(cls, name: str, client: Client) -> "Lines":
        """Open the connection; whoever opens it must close it."""
        return cls(
            Queue(f"{name}-ticket", client),
            Variable(f"{name}-orders", client),
            Queue(f"{name}-mail", client, maxsize=MOST_LETTERS),
        )

    def close(self) -> None:
        """Close this side; the scheduler frees the objects when both sides have closed them."""
        self.ticket.close()
        self.mail.close()


class _UnwantedError(Exception):
    """The bot is gone, or no longer wants the training."""


def train_on_cluster(name: str, task: TrainingTask) -> TrainedModel | Stopped | Unsuitable | WorkerLost:
    """Train on this worker, unless another one has taken the ticket."""
    lines = Lines.of(name, get_client())
    try:
        tickets = lines.ticket.get(batch=True)
        return run(task, _LongDistance(lines, tickets[0] or None)) if tickets else WorkerLost()
    except _UnwantedError:
        lines.mail.get(batch=True)  # a dead bot does not clean up
        lines.orders.delete()
        return Stopped()
    finally:
        lines.close()


class _LongDistance:
    """The exchange between a training and a bot on another machine."""

    def __init__(self, lines: Lines, checkpoint: bytes | None) -> None:
        self._lines = lines
        self._checkpoint = checkpoint
        self._heartbeat: int | None = None
        self._heard_at = time.monotonic()

    def read_result(self) -> TrainedModel | None:
        return None  # in that case the bot does not start the task

    def read_checkpoint(self) -> bytes | None:
        return self._checkpoint

    def is_asked_to_stop(self) -> bool:
        with _bounded():
            heartbeat, order = self._lines.orders.get(timeout=SILENCE_SECONDS)
        now = time.monotonic()
        if heartbeat != self._heartbeat:
            self._heartbeat, self._heard_at = heartbeat, now
        if order == Order.END or now - self._heard_at > SILENCE_SECONDS:
            raise _UnwantedError
        return bool(order == Order.STOP)

    def write_progress(self, progress: dict[str, Any]) -> None:
        self._send(Letter.PROGRESS, progress)

    def write_checkpoint(self, checkpoint: bytes) -> None:
        self._send(Letter.CHECKPOINT, checkpoint)

    def write_result(self, trained: TrainedModel) -> None:
        """Do nothing: the task returns it."""

    def _send(self, kind: Letter, content: object) -> None:
        with _bounded():
            self._lines.mail.put([kind.value, content], timeout=SILENCE_SECONDS)


@contextmanager
def _bounded() -> Iterator[None]:
    """Assume that a bot that gives no orders, or lets its mail pile up, is dead."""
    try:
        yield
    except TimeoutError:
        raise _UnwantedError from None
