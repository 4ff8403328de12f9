"""The threads that NumPy's BLAS multiplies with, set before NumPy is imported."""

import os
from collections.abc import MutableMapping

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def use_threads(count: int = 1, *, keep: bool = False, environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the number of BLAS threads. NumPy must not have been imported yet.

    One by default: on a busy machine, two are ten times as slow. ``keep``: whether a number that the environment has
    already stays.
    """
    for name in _VARIABLES:
        if not (keep and environment.get(name)):
            environment[name] = str(count)
