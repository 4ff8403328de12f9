"""Freed memory, which the C library keeps for later, given back to the system."""

import ctypes
from collections.abc import Callable


def give_back() -> None:
    """Give back what is free now, where the C library is glibc: some milliseconds, without the interpreter's lock.

    Reading a model allocates several times its size for a moment, in whichever thread does it, and glibc keeps most of
    that in the thread's own arena: two artists of 5 MB each took 50 MB instead of 19.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    except (OSError, TypeError):  # not a Unix
        return None
    return found
