"""What a worker does, run in this process."""

import json
import threading
import time
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bot.training import worker
from bot.training.job_folder import JobFolder, TrainedModel
from bot.training.worker import Stopped, TrainingTask, Unsuitable, run, train
from lstm.model.model_file import dump_tensors, load_model, read_tensors
from tests.bot import samples


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    made = JobFolder(tmp_path / "1")
    made.prepare()
    return made


def task(tmp_path: Path, corpus: str, minutes: float) -> TrainingTask:
    return TrainingTask(tmp_path / "1", "burns", corpus, minutes, random_seed=7)


def progress_in(folder: JobFolder) -> dict[str, Any] | None:
    data = folder.read_progress()
    return None if data is None else cast(dict[str, Any], json.loads(data))


def stop_beyond(folder: JobFolder, characters: int) -> None:
    """Ask the job to stop as soon as it has learned from more characters than that."""

    def watch() -> None:
        while (told := progress_in(folder)) is None or told["characters_seen"] <= characters:
            time.sleep(0.01)
        folder.ask_to_stop()

    threading.Thread(target=watch, daemon=True).start()


def test_a_training_brings_a_model_and_its_curve(tmp_path: Path, folder: JobFolder) -> None:
    trained = train(task(tmp_path, samples.corpus(12), 0.05))
    assert isinstance(trained, TrainedModel)
    record = load_model(trained.weights).training
    assert record.artist == "burns"
    assert record.settings["random_seed"] == 7
    assert trained.curve_png is not None
    assert trained.curve_png.startswith(b"\x89PNG")
    progress = progress_in(folder)
    assert progress is not None
    assert progress["rival_bits_per_character"] > 0
    # A worker that gets the job again finds the result, and does not train again.
    assert train(task(tmp_path, "too short by now", 5)) == trained


def test_an_unusable_text_is_refused_in_one_sentence(tmp_path: Path, folder: JobFolder) -> None:
    result = train(task(tmp_path, "too short", 5))
    assert isinstance(result, Unsuitable)
    assert result.reason.endswith(".")


def test_a_training_hears_of_a_stop_while_it_prepares(tmp_path: Path, folder: JobFolder) -> None:
    folder.ask_to_stop()
    assert train(task(tmp_path, samples.corpus(), 5.0)) == Stopped()
    assert folder.read_progress() is None
    assert folder.read_checkpoint() is None


def test_a_stopped_training_continues_from_its_checkpoint(
    tmp_path: Path, folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FIRST_CHECKPOINT_SECONDS", 3600.0)
    stop_beyond(folder, 0)
    assert train(task(tmp_path, samples.corpus(), 5.0)) == Stopped()
    assert folder.read_checkpoint() is not None
    before = progress_in(folder)
    assert before is not None
    folder.prepare()
    assert progress_in(folder) is None
    stop_beyond(folder, before["characters_seen"])
    assert train(task(tmp_path, samples.corpus(), 5.0)) == Stopped()
    after = progress_in(folder)
    assert after is not None
    assert after["characters_seen"] > before["characters_seen"] > 0
    assert after["seconds"] > before["seconds"]


def test_checkpoints_that_take_long_are_few(tmp_path: Path, folder: JobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "FIRST_CHECKPOINT_SECONDS", 0.0)
    kept = []

    def keep_slowly(_: bytes) -> None:
        time.sleep(0.5)
        kept.append(time.monotonic())

    monkeypatch.setattr(folder, "write_checkpoint", keep_slowly)
    assert isinstance(run(task(tmp_path, samples.corpus(12), 0.02), folder), TrainedModel)
    assert len(kept) == 1  # the next one would have been due 25 s later


@pytest.mark.parametrize(
    "damage", ["another world", "cut short", "one bit", "other shapes", "no extra", "an earlier version"]
)
def test_an_unusable_checkpoint_means_starting_over(
    tmp_path: Path, folder: JobFolder, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    stop_beyond(folder, 0)
    assert train(task(tmp_path, samples.corpus(12), 5.0)) == Stopped()
    checkpoint = folder.read_checkpoint()
    assert checkpoint is not None
    match damage:
        case "another world":
            checkpoint = b"of another world"
        case "cut short":
            checkpoint = checkpoint[: len(checkpoint) // 2]
        case "one bit":
            checkpoint = checkpoint[:-9] + bytes([checkpoint[-9] ^ 1]) + checkpoint[-8:]
        case "other shapes":
            tensors, metadata = read_tensors(checkpoint)
            checkpoint = dump_tensors(tensors | {"best": np.zeros(3, np.float32)}, metadata)
        case "an earlier version":
            tensors, metadata = read_tensors(checkpoint)
            run_so_far = json.loads(metadata["run"])
            del run_so_far["extra"]["identity"]["learning_rates"]
            checkpoint = dump_tensors(tensors, {"run": json.dumps(run_so_far)})
        case "no extra":
            checkpoint = dump_tensors({"best": np.zeros(3, np.float32)}, {"run": '{"extra": {"identity": 7}}'})
    folder.prepare()
    folder.write_checkpoint(checkpoint)
    assert isinstance(train(task(tmp_path, samples.corpus(12), 0.05)), TrainedModel)
    assert "training job 1 begins again: The checkpoint" in caplog.text


@pytest.mark.parametrize("fault", [MemoryError, ConnectionError, RuntimeError])
def test_a_fault_while_it_resumes_does_not_mean_starting_over(
    tmp_path: Path, folder: JobFolder, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    """The memory may suffice at the next attempt; on a cluster, the bot may be gone."""
    stop_beyond(folder, 0)
    assert train(task(tmp_path, samples.corpus(12), 5.0)) == Stopped()
    folder.prepare()
    faults = iter([None, fault])

    def fails_once() -> bool:
        if (raised := next(faults, None)) is not None:
            raise raised
        return False

    monkeypatch.setattr(folder, "is_asked_to_stop", fails_once)
    with pytest.raises(fault):
        run(task(tmp_path, samples.corpus(12), 0.05), folder)


def test_a_deleted_folder_ends_the_training(tmp_path: Path, folder: JobFolder) -> None:
    folder.delete()
    assert folder.is_asked_to_stop()
    assert folder.read_result() is None
    assert progress_in(folder) is None
