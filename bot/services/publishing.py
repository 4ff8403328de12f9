"""How a trained model becomes a version of its artist, and whether it becomes the current one."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.services.quotas import Quotas
from bot.services.themes import themes_of
from bot.store import artists, corpora, versions
from bot.store.job_records import HeldBack, TrainingOutcome
from bot.store.versions import NewVersion, StoredVersion
from lstm.model.model_file import Model, ModelFileError, load_model
from lstm.model.record import TrainingRecord
from lstm.song.composing import Composition, SongSettings, drive
from lstm.song.singer import Singer

VERSIONS_KEPT = 5
"""Of each artist."""
WORSE_BITS_PER_CHARACTER = 0.02
"""A version that is worse than the current one by more than this does not take over. Both are measured on the same
held-out songs; this is about one standard error of that measurement."""
SAMPLE_LINES = 4
SAMPLES = 2
"""Songs with rhymes, and as many without, of which the best is shown."""
_LONGEST_SAMPLE = 400
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Published:
    """What happened to a new version."""

    version: StoredVersion
    held_back: HeldBack | None
    """None: it takes over."""
    compared_with: StoredVersion | None
    """The version that sang before, if it was measured on the same held-out songs."""
    before: StoredVersion | None
    """The version that sang before; it is kept."""


def describe(
    weights: bytes,
    curve_png: bytes | None,
    has_bad_language: Callable[[str], bool] | None = None,
    *,
    is_trusted: bool = False,
) -> NewVersion:
    """Check a model file by letting it sing, and read from its record what is stored about a version.

    Args:
        weights: the file's content.
        curve_png: the training curve.
        has_bad_language: true for lines and themes that members must not be shown.
        is_trusted: whether a file that contains a sample need not sing now: for eight shipped artists that would add
            ten seconds to the first start.

    Raises:
        ModelFileError: if it is not a valid model, or cannot sing.
    """
    model = load_model(weights)
    record = model.training
    themes, sample_lines = _introduce(model, has_bad_language, is_trusted=is_trusted)
    return NewVersion(
        weights=weights,
        curve_png=curve_png,
        parameters=model.size,
        corpus_sha256=record.corpus_sha256,
        bits_per_character=record.validation_bits_per_character,
        baseline_bits_per_character=record.baseline_bits_per_character,
        characters_seen=record.characters_seen,
        training_seconds=record.seconds,
        record=_announced(record),
        themes=" ".join(themes),
        sample_lines=sample_lines,
        trained_at=record.ended_at,
    )


def publish(
    connection: sqlite3.Connection,
    artist_id: int,
    version: NewVersion,
    *,
    job_id: int | None,
    now: datetime,
    is_shipped: bool = False,
) -> Published:
    """Add a version to an artist, make it the current one unless it is measurably worse, and drop the oldest ones.

    It is worse if it loses to the current version on the same held-out songs, or to the n-gram baseline. A model that
    comes with the bot (`is_shipped`) sings in any case where there is no current version.
    """
    before = versions.singing(connection, artist_id)
    compared_with = before if before is not None and _is_comparable(version, before) else None
    held_back = None if is_shipped and before is None else _reason_to_hold_back(version, compared_with)
    added = versions.add(connection, artist_id, version, held_back=held_back is not None, job_id=job_id, now=now)
    if held_back is None:
        versions.let_sing(connection, artist_id, added.id)
    versions.keep_newest(connection, artist_id, VERSIONS_KEPT, None if before is None else before.id)
    return Published(added, held_back, compared_with, before)


def publish_result(
    connection: sqlite3.Connection,
    artist_id: int,
    version: NewVersion,
    job_id: int,
    now: datetime,
    quotas: Quotas | None = None,
) -> TrainingOutcome:
    """Publish the version that a training job produced, and return the outcome to store with the job.

    The text that it learned from has replaced the former one for good. If the artist's guild exceeds its quota, older
    versions make room.
    """
    corpora.drop_former(connection, artist_id)
    published = publish(connection, artist_id, version, job_id=job_id, now=now)
    artist = artists.by_id(connection, artist_id)
    if quotas is not None and artist is not None:
        before = None if published.before is None else published.before.id
        quotas.make_room(connection, artist_id, artist.guild_id, VERSIONS_KEPT, before)
    compared_with = published.compared_with
    return TrainingOutcome(
        version=published.version.number,
        takes_over=published.held_back is None,
        bits_per_character=version.bits_per_character,
        previous_bits_per_character=None if compared_with is None else compared_with.bits_per_character,
        baseline_bits_per_character=version.baseline_bits_per_character,
        characters_seen=version.characters_seen,
        seconds=version.training_seconds,
        held_back=published.held_back,
        record=version.record,
        sample_lines=version.sample_lines,
    )


def _announced(record: TrainingRecord) -> TrainingRecord:
    """Return everything in the record that the verdict may need: its figures, without long texts and lists."""
    reason = record.start_reason
    return replace(
        record,
        artist=None,
        date=None,
        corpus_sha256=None,
        start=None,
        start_reason=None if reason is None else " ".join(reason.split())[:_LONGEST_REASON],
        settings={},
        data={},
        products=None,
        verdict=None,
        curve=(),
    )


def _introduce(
    model: Model, has_bad_language: Callable[[str], bool] | None, *, is_trusted: bool
) -> tuple[list[str], str]:
    """Name a model's themes, and choose the best of several short songs; that it sings them shows that it can."""
    try:
        singer = Singer(model)
        themes = themes_of(singer.style, has_bad_language)
        if is_trusted and model.profile.sample_lines:
            return themes, model.profile.sample_lines
        songs = [
            _song(singer, rhyme, random_seed, has_bad_language)
            for rhyme in ("AABB", "none")
            for random_seed in range(SAMPLES)
        ]
    except ModelFileError:
        raise
    except Exception as error:  # a foreign file may be wrong in any way
        raise ModelFileError(f"The model loads but can't sing ({type(error).__name__}).") from error
    if not all(text for _, text in songs):
        raise ModelFileError("The model loads but sings nothing.")
    _, lines = max(songs)
    return themes, lines if len(lines) <= _LONGEST_SAMPLE else lines[: _LONGEST_SAMPLE - 1] + "…"


def _song(
    singer: Singer, rhyme: str, random_seed: int, has_bad_language: Callable[[str], bool] | None
) -> tuple[float, str]:
    """Compose a few lines; return their mean rank, and them."""
    settings = SongSettings(lines=SAMPLE_LINES, rhyme=rhyme, random_seed=random_seed)
    composition = Composition(singer, "", settings, has_bad_language)
    text = "".join(drive(composition)).strip()
    return composition.mean_rank, text


def _reason_to_hold_back(new: NewVersion, old: StoredVersion | None) -> HeldBack | None:
    ours = new.bits_per_character
    if ours is None:
        return None
    before = None if old is None else old.bits_per_character
    if before is not None and ours > before + WORSE_BITS_PER_CHARACTER:
        return HeldBack.WORSE_THAN_BEFORE
    if new.baseline_bits_per_character is not None and ours > new.baseline_bits_per_character:
        return HeldBack.WORSE_THAN_BASELINE
    return None


def _is_comparable(new: NewVersion, old: StoredVersion) -> bool:
    # The same text is split the same way, but in short minutes fewer of the held-out songs are measured. The baseline
    # is measured on the same ones, so the same baseline means the same songs.
    return (
        new.corpus_sha256 is not None
        and new.corpus_sha256 == old.corpus_sha256
        and new.baseline_bits_per_character == old.baseline_bits_per_character
        and new.bits_per_character is not None
        and old.bits_per_character is not None
    )
