"""A Dask cluster as a place to train: how it is reached, and what happens while it cannot be."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Event, Lock, Thread
from uuid import uuid4

from distributed import Client, Security, connect

from bot.training.cluster_worker import SILENCE_SECONDS, Letter, Lines, Order, train_on_cluster
from bot.training.job_folder import JobFolder, TrainedModel
from bot.training.place import Ending, Place, PlaceGoneError
from bot.training.worker import TrainingTask

_CONNECT_SECONDS = 3.0
_HEARTBEAT_SECONDS = 0.3
_MAIL_SECONDS = 60.0
"""The longest that a batch of mail may take: eight checkpoints of several megabytes over a slow line."""

log = logging.getLogger(__name__)


class Absence:
    """How long the cluster has been unreachable."""

    def __init__(self, patience_seconds: float, seconds: Callable[[], float]) -> None:
        self._patience_seconds = patience_seconds
        self._seconds = seconds
        self._since: float | None = None
        self._lock = Lock()  # each job calls from its own thread

    def over(self) -> None:
        """Note that the cluster is reachable."""
        with self._lock:
            self._since = None

    def is_too_long(self) -> bool:
        """Return, while the cluster is unreachable, whether that has lasted longer than the patience for it."""
        with self._lock:
            now = self._seconds()
            if self._since is None:
                self._since = now
                log.warning(
                    "cannot reach the Dask cluster; after %g s, training continues here",
                    self._patience_seconds,
                )
            return now - self._since > self._patience_seconds


class Cluster:
    """The cluster of one scheduler; TLS is set up in Dask's own configuration."""

    def __init__(
        self, address: str, fallback: Callable[[], Place], patience_seconds: float, seconds: Callable[[], float]
    ) -> None:
        """Use the cluster, or another place if it has been unreachable, or without workers, for too long.

        Args:
            address: of the scheduler, `tcp://host:port` or `tls://host:port`.
            fallback: creates a place on this machine.
            patience_seconds: how long to wait for the cluster.
            seconds: a monotonic clock.
        """
        self._address = address
        self._fallback = fallback
        self._absence = Absence(patience_seconds, seconds)
        # It logs lost connections with a traceback; here they are routine, and logged in one line.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)

    def new_place(self) -> Place:
        """Create a place for one job, on the cluster if it is reachable.

        Raises:
            PlaceGoneError: if it is not, but may soon be again.
        """
        try:
            # A client would wait forever for the handshake of a frozen scheduler.
            asyncio.run(asyncio.wait_for(_shake_hands(self._address), _CONNECT_SECONDS + 1))
            client = Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            # Other than OSError: the scheduler speaks another protocol, or Dask has no certificate for TLS.
            log.info("the Dask scheduler at %s does not answer: %s", self._address, error)
        else:
            if _has_workers(client):
                self._absence.over()
                return ClusterPlace(client, self._absence)
            _close(client)
        if self._absence.is_too_long():
            return self._fallback()
        raise PlaceGoneError


class ClusterPlace:
    """A worker of the cluster, for one job; its progress and checkpoints are put into the job's folder here.

    Two threads communicate with it: a checkpoint that takes long to arrive must not hold up the heartbeat, or the
    worker would assume that this bot is dead.
    """

    def __init__(self, client: Client, absence: Absence) -> None:
        self._client = client
        self._absence = absence
        self._executor = client.get_executor(pure=False)  # a repeated call is a new training run
        self._name = f"lyricbot-{uuid4().hex}"
        self._closing = Event()
        self._lost = Event()
        self._threads: list[Thread] = []

    def begin(self, task: TrainingTask) -> Future[Ending]:
        """Send the corpus, the settings and the checkpoint to a worker.

        Raises:
            PlaceGoneError: if the connection is lost.
        """
        folder = JobFolder(task.folder)
        earlier = folder.read_result()
        if earlier is not None:
            done: Future[Ending] = Future()
            done.set_result(earlier)
            return done
        try:
            lines = Lines.of(self._name, self._client)
            lines.ticket.put(folder.read_checkpoint() or b"", callback_timeout=_MAIL_SECONDS)
            lines.orders.set([0, Order.GO_ON.value], callback_timeout=SILENCE_SECONDS)
        except OSError:
            raise PlaceGoneError from None
        training: Future[Ending] = self._executor.submit(train_on_cluster, self._name, task)
        training.add_done_callback(lambda done: _keep(done, folder))
        # Daemons, so that one waiting for a frozen scheduler does not keep the bot from exiting.
        self._threads = [
            Thread(target=self._give_orders, args=(lines, folder, training), name=f"{self._name}-orders", daemon=True),
            Thread(target=self._take_mail, args=(lines, folder, training), name=f"{self._name}-mail", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return training

    def close(self) -> None:
        """End the worker within a second or two, and collect what it has sent."""
        self._closing.set()
        for thread in self._threads:
            thread.join(_HEARTBEAT_SECONDS if self._lost.is_set() else None)
        _close(self._client)

    def _give_orders(self, lines: Lines, folder: JobFolder, training: Future[Ending]) -> None:
        try:
            heartbeat = 0
            while not self._closing.wait(_HEARTBEAT_SECONDS):
                heartbeat += 1
                order = Order.STOP if folder.is_asked_to_stop() else Order.GO_ON
                lines.orders.set([heartbeat, order.value], callback_timeout=SILENCE_SECONDS)
                self._look_for_workers(training)
            if training.done() and not training.cancelled():
                lines.orders.delete()
            else:
                lines.orders.set([heartbeat + 1, Order.END.value], callback_timeout=SILENCE_SECONDS)
        except Exception as error:
            self._lose(training, error)

    def _take_mail(self, lines: Lines, folder: JobFolder, training: Future[Ending]) -> None:
        try:
            while not self._closing.wait(_HEARTBEAT_SECONDS):
                _take(lines, folder)
            _take(lines, folder)
            lines.close()
        except Exception as error:
            self._lose(training, error)

    def _lose(self, training: Future[Ending], error: Exception) -> None:
        """Give up the training when the connection is lost; what was sent before is in the folder."""
        if not self._lost.is_set():
            self._lost.set()
            log.warning("lost the connection to the Dask cluster (%s)", type(error).__name__)
        training.cancel()

    def _look_for_workers(self, training: Future[Ending]) -> None:
        if _has_workers(self._client):
            self._absence.over()
        elif self._absence.is_too_long():
            training.cancel()


async def _shake_hands(address: str) -> None:
    comm = await connect(address, timeout=_CONNECT_SECONDS, **Security().get_connection_args("client"))
    comm.abort()


def _has_workers(client: Client) -> bool:
    try:
        return bool(client.nthreads(callback_timeout=SILENCE_SECONDS))
    except OSError:
        return False


def _close(client: Client) -> None:
    with suppress(TimeoutError):  # the scheduler is frozen, and does not respond
        client.close(timeout=_CONNECT_SECONDS)


def _take(lines: Lines, folder: JobFolder) -> None:
    """Put what the worker has sent into the job's folder."""
    for kind, content in lines.mail.get(batch=True, callback_timeout=_MAIL_SECONDS):
        if kind == Letter.CHECKPOINT:
            folder.write_checkpoint(content)
        else:
            folder.write_progress(content)


def _keep(training: Future[Ending], folder: JobFolder) -> None:
    """Store the result as a local process would, in case the bot dies before publishing it."""
    if not training.cancelled() and training.exception() is None:
        result = training.result()
        if isinstance(result, TrainedModel):
            folder.write_result(result)
