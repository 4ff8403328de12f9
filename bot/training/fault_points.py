"""Points at which the fault tests let a process die, as by SIGKILL; without them a point costs a comparison.

The tests name a file by LYRICS_FAULT_FILE and write into it the point to die at, optionally with a delay in seconds:
"checkpoint begins+0.01" dies in the midst of the write. Whoever reaches the point removes the file first, so that the
process that takes over does not die of the same order.
"""

import os
import signal
import time
from pathlib import Path
from threading import Thread

_ORDERS = os.environ.get("LYRICS_FAULT_FILE")  # read here for workers, too: a spawned process inherits it


def fault_point(name: str) -> None:
    """Die here, if a test has ordered it."""
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
