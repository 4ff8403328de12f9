"""Keeping the C library from holding on to freed memory."""

import ctypes
from collections.abc import Callable

_ARENA_MAX = -8
"""glibc's M_ARENA_MAX (malloc.h)."""


def share_one_arena() -> None:
    """Let all threads allocate from one arena, if the C library is glibc; call it before any thread is started.

    Else each of up to eight threads per core keeps an arena of up to 64 MB, of whose end `give_back` returns nothing: a
    bot with two artists had 140 to 250 MB, by which threads had loaded them, and 128 with one arena.
    """
    if (set_option := _of_c_library("mallopt")) is not None:
        set_option(_ARENA_MAX, 1)


def give_back() -> None:
    """Return what is free now, if the C library is glibc. Takes a few milliseconds, without the interpreter's lock.

    Reading a model allocates several times its size for a moment, and glibc keeps most of that in the arena of the
    thread that read it: two artists of 5 MB each took 50 MB instead of 19.
    """
    if (trim := _of_c_library("malloc_trim")) is not None:
        trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    try:
        found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # not a Unix
        return None
    return found
