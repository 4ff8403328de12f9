"""The processes of one bot, as found in /proc."""

import os
import signal
from contextlib import suppress
from pathlib import Path


def of_data_dir(data_dir: Path) -> set[int]:
    """The bot on that data folder, its workers and anything else that they have started."""
    told = f"LYRICS_DATA_DIR={data_dir}".encode()
    return {
        process_id
        for process_id in _all()
        if told in _read(process_id, "environ").split(b"\0") and is_alive(process_id)
    }


def workers_of(bot: int) -> set[int]:
    """The training processes that this bot has spawned."""
    return {
        process_id
        for process_id in _all()
        if b"spawn_main" in _read(process_id, "cmdline") and _parent(process_id) == bot and is_alive(process_id)
    }


def is_alive(process_id: int) -> bool:
    """Whether it runs; a zombie only waits for its new parent."""
    return _status(process_id)[:1] not in ([], ["Z"])


def kill(process_id: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


def _all() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(process_id: int) -> int | None:
    status = _status(process_id)
    return int(status[1]) if status else None


def _status(process_id: int) -> list[str]:
    """State, parent, and so on, as /proc/PID/stat has them after the name."""
    return _read(process_id, "stat").decode(errors="replace").rpartition(")")[2].split()


def _read(process_id: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{process_id}/{name}").read_bytes()
    except OSError:  # it is gone, or not ours
        return b""
