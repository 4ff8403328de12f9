"""The processes that train: spawned, one a job, with one BLAS thread, and polite.

A process ends with its job. So a training that takes its process down takes no other with it, and an idle bot keeps
no memory for trainings. This module is imported by the process before NumPy is, and must not import it.
"""

import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread

from lstm import blas

_NICENESS = 10  # measured: a song sampled beside a training at nice 10 takes no longer than on an idle machine


def new_process() -> Executor:
    """Make an executor of one process that is used for one job."""
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_prepare)


def _prepare() -> None:
    """Make a fresh process a good neighbour; runs in it before anything else."""
    blas.use_threads()
    os.nice(_NICENESS)
    # Ctrl-C at a terminal and the stop of a service reach every process of the group. The bot answers them, and tells
    # this process when to end, so that it leaves a checkpoint.
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the bot's death, which closes a pipe, and follow it at once: nobody would hear the result."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
