"""A second thread that takes half of each large matrix product, where the process may use two cores.

One song keeps a core busy with products that wait for its next step; on a server with two cores the other one is idle
unless an artist is being trained. NumPy releases the interpreter's lock while it multiplies, so a thread is enough.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import numpy as np

from lstm.arrays import FloatArray

Factors = tuple[FloatArray, FloatArray, FloatArray]
"""Left, right, and the array that their product is written to."""


class SecondCore(threading.Thread):
    """Multiplies what it is given, for the one thread that gives it something."""

    def __init__(self) -> None:
        super().__init__(name="second core", daemon=True)
        self._given: SimpleQueue[Factors | None] = SimpleQueue()
        self._ended: SimpleQueue[None] = SimpleQueue()

    def run(self) -> None:
        """Multiply until `stop`."""
        while (factors := self._given.get()) is not None:
            _multiply(factors)
            self._ended.put(None)

    def multiply_both(self, here: Factors, there: Factors) -> None:
        """Compute two products at once, the second one in this thread."""
        self._given.put(there)
        _multiply(here)
        self._ended.get()

    def stop(self) -> None:
        """End after the product in hand."""
        self._given.put(None)
        self.join()


def _multiply(factors: Factors) -> None:
    left, right, out = factors
    np.matmul(left, right, out=out)


class _Local(threading.local):
    second: SecondCore | None = None


_local = _Local()


def second_core() -> SecondCore | None:
    """What helps the calling thread; None outside of `using_second_core`."""
    return _local.second


@contextmanager
def using_second_core() -> Iterator[None]:
    """Share the large products that this thread computes with a second one, if the process may use two cores."""
    if cores() < 2:
        yield
        return
    _local.second = second = SecondCore()
    second.start()
    try:
        yield
    finally:
        _local.second = None
        second.stop()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
