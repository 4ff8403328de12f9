"""Training jobs as they are passed around."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    """Where a training job stands; the last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing will change any more."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class TrainingProgress:
    """How far a running training is; renewed about once a second."""

    characters_seen: int
    characters_planned: int
    epoch: float
    seconds: float
    seconds_left: float | None
    """None while there is no telling yet."""
    characters_per_second: float
    train_bits_per_character: float | None
    validation_bits_per_character: float | None
    best_bits_per_character: float | None
    rival_bits_per_character: float | None


@dataclass(frozen=True)
class TrainingOutcome:
    """What a succeeded training brought."""

    version: int
    """The number of the new model version."""
    takes_over: bool
    """False where it is measurably worse than the version it would have replaced."""
    bits_per_character: float | None
    """On held-out songs."""
    previous_bits_per_character: float | None
    """Of the version it was compared with, on the same held-out songs; None if there was none."""
    rival_bits_per_character: float | None
    characters_seen: int | None
    seconds: float | None
    is_foreign: bool = False
    """Whether the base model could not read the corpus, so that it was learned from scratch."""


@dataclass(frozen=True)
class NewJob:
    """A training to be queued."""

    artist_id: int
    guild_id: int
    """Where it is asked for; 0 outside of guilds."""
    asked_by: int
    channel_id: int | None
    minutes: float
    random_seed: int


@dataclass(frozen=True)
class Waiting:
    """A queued job, as far as its turn depends on it."""

    job_id: int
    guild_id: int
    interrupted: bool
    """It was running before."""


@dataclass(frozen=True)
class Job:
    """A training job as it stands at one moment."""

    id: int
    artist_id: int
    artist: str
    of_everyone: bool
    """Trains an artist that every guild sees."""
    guild_id: int | None
    """Where it was asked for; None in direct messages and in the console."""
    channel_id: int | None
    """Where its result is to be announced; None in the console."""
    message_id: int | None
    """The message that shows its progress, once that is known."""
    asked_by: int | None
    """None once that user had their data deleted."""
    state: JobState
    minutes: float
    random_seed: int
    attempts: int
    """How many workers have died or failed on it (at most 3)."""
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    place: int | None
    """1 for the next in the queue; None unless queued. Filled in by the services, which know the order."""
    progress: TrainingProgress | None
    """None until the first report, and after the end."""
    outcome: TrainingOutcome | None
    """Only of a succeeded job."""
    reason: str | None
    """Why it failed, in one sentence; only of a failed job."""
