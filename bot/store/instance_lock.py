"""One bot per data folder: a lock that the system releases when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class LockedError(Exception):
    """Another process holds the lock."""


class InstanceLock:
    """Keeps a file locked while it is entered; the empty file stays behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> "InstanceLock":
        """Take the lock at once.

        Raises:
            LockedError: if another process, or another lock of this process, holds it.
            OSError: if the file cannot be created, or its disk does not support locks.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise LockedError from None
        except OSError:  # a network drive may not support locks
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._descriptor is not None
        os.close(self._descriptor)
        self._descriptor = None
