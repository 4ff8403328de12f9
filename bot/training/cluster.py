"""A Dask cluster as the place of trainings: how it is reached, and what is done while it cannot be."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Lock, Thread
from uuid import uuid4

from distributed import Client

from bot.training.cluster_worker import Letter, Lines, Order, train_on_cluster
from bot.training.job_folder import JobFolder, TrainedModel
from bot.training.place import Ending, Place, PlaceGoneError
from bot.training.worker import TrainingTask

PATIENCE_SECONDS = 60.0
"""For a cluster that is gone, or has no workers; then trainings run on this machine until it is back."""
_CONNECT_SECONDS = 3.0
_HEARTBEAT_SECONDS = 0.3

log = logging.getLogger(__name__)


class Absence:
    """For how long the cluster has been away."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self._lock = Lock()  # jobs ask from threads of their own

    def over(self) -> None:
        """The cluster is there."""
        with self._lock:
            self._since = None

    def is_too_long(self) -> bool:
        """Tell, while the cluster is away, whether it has been for longer than a minute."""
        with self._lock:
            now = self._seconds()
            if self._since is None:
                self._since = now
                log.warning("the Dask cluster is away; in %g s trainings go on on this machine", PATIENCE_SECONDS)
            return now - self._since > PATIENCE_SECONDS


class Cluster:
    """The cluster behind one scheduler; with TLS, as Dask's own configuration says."""

    def __init__(self, address: str, fallback: Callable[[], Place], seconds: Callable[[], float]) -> None:
        """Use the scheduler at `tcp://host:port` or `tls://host:port`, or places of `fallback` while it is away."""
        self._address = address
        self._fallback = fallback
        self._absence = Absence(seconds)

    def new_place(self) -> Place:
        """Make a place for one job, on the cluster if it can be had.

        Raises:
            PlaceGoneError: if it cannot, but may soon be back.
        """
        try:
            client = Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:  # ValueError: the scheduler speaks another protocol
            log.info("the Dask scheduler at %s does not answer: %s", self._address, error)
        else:
            if client.nthreads():
                self._absence.over()
                return ClusterPlace(client, self._absence)
            client.close()
        if self._absence.is_too_long():
            return self._fallback()
        raise PlaceGoneError


class ClusterPlace:
    """Some worker of the cluster, for one job; its progress and checkpoints are put into the job's folder here."""

    def __init__(self, client: Client, absence: Absence) -> None:
        self._client = client
        self._absence = absence
        self._executor = client.get_executor(pure=False)  # a repeated call is another training
        self._name = f"lyricbot-{uuid4().hex}"
        self._closing = Event()
        self._correspondent: Thread | None = None

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
            lines.ticket.put(folder.read_checkpoint() or b"")
            lines.orders.set([0, Order.GO_ON.value])
        except OSError:
            raise PlaceGoneError from None
        training: Future[Ending] = self._executor.submit(train_on_cluster, self._name, task)
        training.add_done_callback(lambda done: _keep(done, folder))
        self._correspondent = Thread(target=self._correspond, args=(lines, folder, training), name=self._name)
        self._correspondent.start()
        return training

    def close(self) -> None:
        """Let the worker end within a second or two, and take what it has sent."""
        self._closing.set()
        if self._correspondent is not None:
            self._correspondent.join()
        self._client.close(timeout=_CONNECT_SECONDS)

    def _correspond(self, lines: Lines, folder: JobFolder, training: Future[Ending]) -> None:
        try:
            heartbeat = 0
            while not self._closing.wait(_HEARTBEAT_SECONDS):
                heartbeat += 1
                order = Order.STOP if folder.is_asked_to_stop() else Order.GO_ON
                lines.orders.set([heartbeat, order.value])
                _take(lines, folder)
                self._look_for_workers(training)
            _take(lines, folder)
            if training.done() and not training.cancelled():
                lines.orders.delete()
            else:
                lines.orders.set([heartbeat + 1, Order.END.value])
            lines.close()
        except Exception as error:
            # The connection is lost, and with it the training: what was sent before is in the folder.
            log.warning("the connection to the Dask cluster is lost (%s)", type(error).__name__)
            training.cancel()

    def _look_for_workers(self, training: Future[Ending]) -> None:
        if self._client.nthreads():
            self._absence.over()
        elif self._absence.is_too_long():
            training.cancel()


def _take(lines: Lines, folder: JobFolder) -> None:
    """Put what the worker has sent into the job's folder."""
    for kind, content in lines.mail.get(batch=True):
        if kind == Letter.CHECKPOINT:
            folder.write_checkpoint(content)
        else:
            folder.write_progress(content)


def _keep(training: Future[Ending], folder: JobFolder) -> None:
    """Keep the result as a process on this machine would have done, for a bot that dies before it is published."""
    if not training.cancelled() and training.exception() is None:
        result = training.result()
        if isinstance(result, TrainedModel):
            folder.write_result(result)
