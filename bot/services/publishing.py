"""How a trained model becomes a version of its artist, and whether it takes over as the one that sings."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store import versions
from bot.store.job_records import TrainingOutcome
from bot.store.versions import NewVersion, StoredVersion
from lstm.model.model_file import load_model

VERSIONS_KEPT = 5
"""Of each artist."""
WORSE_BITS_PER_CHARACTER = 0.05
"""A version that is worse by more than this, on the same held-out songs, does not take over."""


@dataclass(frozen=True)
class Published:
    """What became of a new version."""

    version: StoredVersion
    takes_over: bool
    compared_with: StoredVersion | None
    """The version that sang before, if it was measured on the same held-out songs."""


def describe(weights: bytes, curve_png: bytes | None) -> NewVersion:
    """Check a model file and read from its record what the store keeps about a version.

    Raises:
        ModelFileError: if it is no sound model.
    """
    model = load_model(weights)
    record = model.training
    return NewVersion(
        weights=weights,
        curve_png=curve_png,
        parameters=model.parameters.flat.size,
        corpus_sha256=record.corpus_sha256,
        bits_per_character=record.validation_bits_per_character,
        rival_bits_per_character=record.baseline_bits_per_character,
        characters_seen=record.characters_seen,
        training_seconds=record.seconds,
    )


def publish(
    connection: sqlite3.Connection, artist_id: int, version: NewVersion, *, job_id: int | None, now: datetime
) -> Published:
    """Add a version to an artist, let it sing unless it is measurably worse, and drop the oldest beyond the bound."""
    before = versions.singing(connection, artist_id)
    compared_with = before if before is not None and _is_comparable(version, before) else None
    held_back = compared_with is not None and _is_worse(version, compared_with)
    added = versions.add(connection, artist_id, version, held_back=held_back, job_id=job_id, now=now)
    if not held_back:
        versions.let_sing(connection, artist_id, added.id)
    versions.keep_newest(connection, artist_id, VERSIONS_KEPT)
    return Published(added, not held_back, compared_with)


def publish_result(
    connection: sqlite3.Connection, artist_id: int, version: NewVersion, job_id: int, now: datetime
) -> TrainingOutcome:
    """Publish the version that a training job produced, and return the outcome to record with the job."""
    published = publish(connection, artist_id, version, job_id=job_id, now=now)
    before = published.compared_with
    return TrainingOutcome(
        version=published.version.number,
        takes_over=published.takes_over,
        bits_per_character=version.bits_per_character,
        previous_bits_per_character=None if before is None else before.bits_per_character,
        rival_bits_per_character=version.rival_bits_per_character,
        characters_seen=version.characters_seen,
        seconds=version.training_seconds,
        is_foreign=version.is_foreign,
    )


def _is_comparable(new: NewVersion, old: StoredVersion) -> bool:
    # The same text is split the same way: the same corpus means the same held-out songs.
    return (
        new.corpus_sha256 is not None
        and new.corpus_sha256 == old.corpus_sha256
        and new.bits_per_character is not None
        and old.bits_per_character is not None
    )


def _is_worse(new: NewVersion, old: StoredVersion) -> bool:
    assert new.bits_per_character is not None and old.bits_per_character is not None
    return new.bits_per_character > old.bits_per_character + WORSE_BITS_PER_CHARACTER
