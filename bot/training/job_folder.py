"""What the bot and a training process exchange: small files, each replaced as a whole.

    DATA_DIR/jobs/ID/progress.json           how far it is, about once a second
    DATA_DIR/jobs/ID/checkpoint              everything that the rest of the training depends on
    DATA_DIR/jobs/ID/stop                    exists when the process should end
    DATA_DIR/jobs/ID/trained.safetensors     the result, until it is published
    DATA_DIR/jobs/ID/curve.png

A reader finds a complete file or none, whenever either side is killed. Only lstm is imported here, because the
training process imports this module.
"""

import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm.model.atomic_write import write_atomically


@dataclass(frozen=True)
class TrainedModel:
    """The result of a training."""

    weights: bytes
    """A safetensors file."""
    curve_png: bytes | None


def delete_folders_but(folder: Path, job_ids: Collection[int]) -> None:
    """Remove the folders of all jobs except these, which are still live."""
    kept = set(map(str, job_ids))
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


class JobFolder:
    """The folder of one job."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Create the folder, and remove orders to an earlier process and files that it left half-written."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)  # a checkpoint contains the corpus
        for half_written in self._path.glob(".*"):
            half_written.unlink(missing_ok=True)
        (self._path / "stop").unlink(missing_ok=True)
        (self._path / "progress.json").unlink(missing_ok=True)

    def delete(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self._path, ignore_errors=True)

    def write_progress(self, progress: dict[str, Any]) -> None:
        """Report the progress to the bot."""
        write_atomically(self._path / "progress.json", json.dumps(progress).encode())

    def read_progress(self) -> bytes | None:
        """Return the progress as JSON; None before the first report."""
        return self._read("progress.json")

    def write_checkpoint(self, checkpoint: bytes) -> None:
        """Store a checkpoint, replacing the previous one."""
        write_atomically(self._path / "checkpoint", checkpoint)

    def read_checkpoint(self) -> bytes | None:
        """Return the last checkpoint."""
        return self._read("checkpoint")

    def has_checkpoint(self) -> bool:
        """Return whether there is a checkpoint to resume from."""
        return (self._path / "checkpoint").exists()

    def ask_to_stop(self) -> None:
        """Ask the process to end with a last checkpoint."""
        (self._path / "stop").touch()

    def is_asked_to_stop(self) -> bool:
        """Return whether the process should end; it also should if its folder is gone."""
        return (self._path / "stop").exists() or not self._path.exists()

    def write_result(self, trained: TrainedModel) -> None:
        """Store the result until it is published."""
        if trained.curve_png is not None:
            write_atomically(self._path / "curve.png", trained.curve_png)
        write_atomically(self._path / "trained.safetensors", trained.weights)

    def read_result(self) -> TrainedModel | None:
        """Return a result that has not been published yet."""
        weights = self._read("trained.safetensors")
        return None if weights is None else TrainedModel(weights, self._read("curve.png"))

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None
