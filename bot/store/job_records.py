"""The types that describe training jobs."""

import json
import math
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from lstm.model.record import TrainingRecord, stored_name

_LONGEST_SAMPLE = 600
_MEASURING_SECONDS = 0.5
"""With less time left than this, a job is no longer learning."""


class JobState(StrEnum):
    """The state of a training job; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Whether the state is final."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class TrainingProgress:
    """How far a running job is; updated about once a second."""

    characters_seen: int
    characters_planned: int
    epoch: float
    seconds: float
    seconds_left: float | None
    """None while it cannot be estimated."""
    characters_per_second: float
    train_bits_per_character: float | None
    validation_bits_per_character: float | None
    best_bits_per_character: float | None
    baseline_bits_per_character: float | None
    sample: str | None = None
    """A few lines that the network sang at the last evaluation."""

    def to_json(self) -> str:
        """Write the progress as JSON."""
        return json.dumps(_stored(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> "TrainingProgress":
        """Read what any version of the bot wrote; unknown fields are ignored.

        Raises:
            ValueError: if it is not JSON, or a field is missing or not a number.
        """
        data = _object(text)
        sample = data.pop("sample", None)
        numbers = (field.name for field in fields(cls) if field.name != "sample")
        told = {name: _number_or_none(data.get(stored_name(name))) for name in numbers}
        for name in ("characters_seen", "characters_planned", "epoch", "seconds", "characters_per_second"):
            if told[name] is None:
                raise ValueError(f"{name} is missing")
        return cls(**told, sample=sample[:_LONGEST_SAMPLE] if isinstance(sample, str) else None)  # type: ignore[arg-type]


class HeldBack(StrEnum):
    """Why a new version does not take over on its own."""

    WORSE_THAN_BEFORE = "worse than the version that sings"
    WORSE_THAN_BASELINE = "worse than the n-gram baseline"


@dataclass(frozen=True)
class TrainingOutcome:
    """What a successful job produced."""

    version: int
    """The number of the new model version."""
    takes_over: bool
    """False if it is held back."""
    bits_per_character: float | None
    """On held-out songs."""
    previous_bits_per_character: float | None
    """Of the version it was compared with, on the same held-out songs; None if there was none."""
    baseline_bits_per_character: float | None
    characters_seen: int | None
    seconds: float | None
    held_back: HeldBack | None = None
    """Why it does not take over."""
    record: TrainingRecord | None = None
    """What the model's own record says about its training; None in outcomes of earlier versions of the bot."""
    sample_lines: str | None = None
    """A few lines that it has sung."""

    def to_json(self) -> str:
        """Write the outcome as JSON."""
        record = None if self.record is None else self.record.to_json()
        return json.dumps(_stored(self) | {"record": record})

    @classmethod
    def from_json(cls, text: str) -> "TrainingOutcome":
        """Read what any version of the bot wrote; unknown fields are ignored.

        Raises:
            ValueError: if it is not JSON or lacks the version's number.
        """
        data = _object(text)
        version, seen = _number_or_none(data.get("version")), _number_or_none(data.get("characters_seen"))
        if version is None:
            raise ValueError("version is missing")
        held_back, record = data.get("held_back"), data.get("record")
        sample_lines = data.get(stored_name("sample_lines"))
        return cls(
            version=int(version),
            takes_over=data.get("takes_over") is not False,
            bits_per_character=_number_or_none(data.get("bits_per_character")),
            previous_bits_per_character=_number_or_none(data.get("previous_bits_per_character")),
            baseline_bits_per_character=_number_or_none(data.get(stored_name("baseline_bits_per_character"))),
            characters_seen=None if seen is None else int(seen),
            seconds=_number_or_none(data.get("seconds")),
            held_back=HeldBack(held_back) if held_back in list(HeldBack) else None,
            record=TrainingRecord.from_json(record) if isinstance(record, dict) else None,
            sample_lines=sample_lines if isinstance(sample_lines, str) else None,
        )


@dataclass(frozen=True)
class NewJob:
    """A job to be queued."""

    artist_id: int
    guild_id: int
    """Where it was asked for; or `OUTSIDE_GUILDS`."""
    asked_by: int | None
    """None if that user has had their data deleted meanwhile."""
    channel_id: int | None
    minutes: float
    random_seed: int


@dataclass(frozen=True)
class Waiting:
    """What the order of the queue depends on."""

    job_id: int
    guild_id: int
    interrupted: bool
    """Whether it was running before."""


@dataclass(frozen=True)
class Job:
    """A snapshot of a training job."""

    id: int
    artist_id: int
    artist: str
    of_everyone: bool
    """Whether it trains an artist that all guilds share."""
    guild_id: int | None
    """Where it was asked for; None in direct messages and in the console."""
    channel_id: int | None
    """Where its result is to be announced; None in the console."""
    message_id: int | None
    """The message that shows its progress, once known."""
    asked_by: int | None
    """None after that user had their data deleted."""
    state: JobState
    minutes: float
    random_seed: int
    attempts: int
    """How many of its processes have died or failed (at most 3)."""
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    place: int | None
    """1 for the next in the queue; None unless queued. Filled in by the services, which know the order."""
    progress: TrainingProgress | None
    """None until the first report, and after the end."""
    outcome: TrainingOutcome | None
    """Only for a successful job."""
    reason: str | None
    """Why it failed, in one sentence; only for a failed job."""

    @property
    def seconds_left(self) -> float | None:
        """How long it will still run, never longer than its minutes allow; None while that is unknown."""
        progress = self.progress
        if progress is None or progress.seconds_left is None:
            return None
        return max(0.0, min(progress.seconds_left, self.minutes * 60 - progress.seconds))

    @property
    def share_done(self) -> float:
        """How much of it is done, from 0 to 1, by time: either its minutes or its epochs may end a training."""
        if self.state.has_ended:
            return 1.0
        left = self.seconds_left
        if self.progress is None or left is None or self.progress.seconds <= 0:
            return 0.0
        return self.progress.seconds / (self.progress.seconds + left)

    @property
    def is_measuring(self) -> bool:
        """Whether it has learned all that it will, and is only being measured."""
        left = self.seconds_left
        return left is not None and left < _MEASURING_SECONDS


def _stored(record: TrainingProgress | TrainingOutcome) -> dict[str, Any]:
    """Return the fields under the names by which they are stored."""
    return {stored_name(name): value for name, value in asdict(record).items()}


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def _number_or_none(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
