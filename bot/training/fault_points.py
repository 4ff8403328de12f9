"""Points at which fault tests kill a process with SIGKILL; otherwise, a point costs one comparison.

The tests name a file in LYRICS_FAULT_FILE and write into it the point to die at, optionally with a delay in seconds:
"checkpoint begins+0.01" dies in the middle of the write. The process that reaches the point removes the file first, so
that its successor does not die of the same order.
"""

import os
import signal
import time
from pathlib import Path
from threading import Thread

_ORDERS = os.environ.get("LYRICS_FAULT_FILE")  # also read in workers, because a spawned process inherits it


def fault_point(name: str) -> None:
    """Die here if a test has ordered it."""
    if _ORDERS is not None:
        _obey(Path(_ORDERS), name)


def _obey(orders: Path, name: str) -> None:
    try:
        point, _, delay = orders.read_text().partition("+")
    except FileNotFoundError:
        return
    if point != name:
        return
    orders.unlink()
    if delay:
        Thread(target=_die, args=(float(delay),), daemon=True).start()
    else:
        _die(0.0)


def _die(delay: float) -> None:
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)
