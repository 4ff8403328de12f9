"""Returning freed memory, which the C library keeps for later, to the operating system."""

import ctypes
from collections.abc import Callable


def give_back() -> None:
    """Return what is free now, if the C library is glibc. Takes a few milliseconds, without the interpreter's lock.

    Reading a model allocates several times its size for a moment, and glibc keeps most of that in the arena of the
    thread that read it: two artists of 5 MB each took 50 MB instead of 19.
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
