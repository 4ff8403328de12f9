"""The processes that train: spawned, one per job, with one BLAS thread and low priority.

A process ends with its job. So a job that crashes its process affects no other job, and an idle bot keeps no memory for
training. The process imports this module before NumPy, so it must not import NumPy itself.
"""

import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread

from lstm import blas

_NICENESS = 10  # measured: next to a job at nice 10, a song takes no longer than on an idle machine


def new_process() -> Executor:
    """Create an executor with one process, to be used for one job."""
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_prepare)


def _prepare() -> None:
    """Lower the priority of a new process and set up its signals; runs in it before anything else."""
    blas.use_threads()
    os.nice(_NICENESS)
    # Ctrl-C at a terminal and the stop of a service reach every process of the group. The bot handles them, and tells
    # this process when to end, so that it can write a checkpoint.
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    """Exit as soon as the bot dies, which closes a pipe: nobody would receive the result."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
