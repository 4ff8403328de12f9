"""Writing a file so that neither a reader nor a crash ever sees half of it."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to a file beside ``path``, flush it to the disk, and rename it over ``path``.

    Raises:
        OSError: the folder is not writable or the disk is full; ``path`` is then unchanged. The error names it.
    """
    try:
        _write(path, data)
    except OSError as error:  # of a temporary file, or of a write, which names no file at all
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
