"""A training as it runs on a Dask cluster's worker, which sees neither the bot's database nor its data folder.

Between bot and worker there are three things on the scheduler, named after the attempt:

    NAME-ticket   a queue with the checkpoint to go on from (nothing: begin), taken once. Where a worker dies, Dask
                  tries its task again; it finds no ticket, and leaves it to the bot to begin anew from what it has
    NAME-orders   a variable: the bot's heartbeat, and whether the training shall go on
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
"""A bot that is not heard for so long is taken for dead: nobody would hear the result. A worker listens about once a
second, so it has ended within 5 s."""
MOST_LETTERS = 8
"""On their way at a time, so that those to a bot that died do not fill the scheduler's memory."""


class Order(StrEnum):
    """What the bot wants of a training."""

    GO_ON = "go on"
    STOP = "stop"
    """With a last checkpoint."""
    END = "end"


class Letter(StrEnum):
    """What a worker sends."""

    PROGRESS = "progress"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True)
class Lines:
    """The lines between the bot and one attempt."""

    ticket: Any
    orders: Any
    mail: Any

    @classmethod
    def of(cls, name: str, client: Client) -> "Lines":
        """Open them; whoever opens them closes them."""
        return cls(
            Queue(f"{name}-ticket", client),
            Variable(f"{name}-orders", client),
            Queue(f"{name}-mail", client, maxsize=MOST_LETTERS),
        )

    def close(self) -> None:
        """Let go of them; they are gone from the scheduler when both sides have."""
        self.ticket.close()
        self.mail.close()


class _UnwantedError(Exception):
    """The bot is gone, or does not want the training any more."""


def train_on_cluster(name: str, task: TrainingTask) -> TrainedModel | Stopped | Unsuitable | WorkerLost:
    """Train on this worker, unless another one has had the ticket."""
    lines = Lines.of(name, get_client())
    try:
        tickets = lines.ticket.get(batch=True)
        return run(task, _LongDistance(lines, tickets[0] or None)) if tickets else WorkerLost()
    except _UnwantedError:
        lines.mail.get(batch=True)  # a bot that died does not clear up
        lines.orders.delete()
        return Stopped()
    finally:
        lines.close()


class _LongDistance:
    """The exchange of a training with a bot on another machine."""

    def __init__(self, lines: Lines, checkpoint: bytes | None) -> None:
        self._lines = lines
        self._checkpoint = checkpoint
        self._heartbeat: int | None = None
        self._heard_at = time.monotonic()

    def read_result(self) -> TrainedModel | None:
        return None  # the bot would not have asked

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
        """Nothing: it is what the task returns."""

    def _send(self, kind: Letter, content: object) -> None:
        with _bounded():
            self._lines.mail.put([kind.value, content], timeout=SILENCE_SECONDS)


@contextmanager
def _bounded() -> Iterator[None]:
    """Take a bot that gives no orders, or lets its mail pile up, for dead."""
    try:
        yield
    except TimeoutError:
        raise _UnwantedError from None
