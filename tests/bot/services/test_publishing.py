import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from bot.services.publishing import (
    SAMPLE_LINES,
    SAMPLES,
    VERSIONS_KEPT,
    Published,
    describe,
    publish,
    publish_result,
)
from bot.store import artists, jobs, versions
from bot.store.job_records import HeldBack, NewJob, TrainingOutcome
from lstm.model.model_file import Model, ModelFileError, dump_model, load_model
from lstm.model.record import ArtistProfile, CurvePoint, TrainingRecord
from lstm.song.composing import Composition, SongSettings, drive
from lstm.song.singer import Singer
from lstm.training.verdict import verdict
from tests.bot import samples
from tests.bot.samples import Clock, new_version


@pytest.fixture
def artist_id(connection: sqlite3.Connection, clock: Clock) -> int:
    return artists.find_or_create(connection, 7, "burns", clock()).id


def publish_bits(
    connection: sqlite3.Connection, artist_id: int, clock: Clock, bits: float | None, corpus: str | None = "c0"
) -> Published:
    return publish(connection, artist_id, new_version(bits, corpus), job_id=None, now=clock())


def enqueue(connection: sqlite3.Connection, artist_id: int, clock: Clock) -> int:
    return jobs.enqueue(connection, NewJob(artist_id, 7, 1, 2, 5.0, 0), clock()).id


def singing(connection: sqlite3.Connection, artist_id: int) -> int:
    version = versions.singing(connection, artist_id)
    assert version is not None
    return version.number


def test_the_version_that_a_new_one_takes_over_from_is_kept(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    for _ in range(VERSIONS_KEPT):
        publish_bits(connection, artist_id, clock, 2.0)
    oldest = versions.of_artist(connection, artist_id)[-1]
    versions.let_sing(connection, artist_id, oldest.id)  # somebody has rolled back to it
    publish_bits(connection, artist_id, clock, 2.0)
    assert singing(connection, artist_id) == VERSIONS_KEPT + 1
    assert [version.number for version in versions.of_artist(connection, artist_id)] == [6, 5, 4, 3, 1]


@pytest.mark.parametrize(
    ("bits", "corpus", "takes_over"),
    [
        (1.9, "c0", True),
        (2.02, "c0", True),
        (2.03, "c0", False),
        (2.4, "c1", True),
        (2.4, None, True),
        (2.6, "c1", False),
        (2.6, None, False),
        (None, "c0", True),
    ],
)
def test_who_takes_over(
    connection: sqlite3.Connection,
    artist_id: int,
    clock: Clock,
    bits: float | None,
    corpus: str | None,
    takes_over: bool,
) -> None:
    assert publish_bits(connection, artist_id, clock, 2.0).held_back is None
    published = publish_bits(connection, artist_id, clock, bits, corpus)
    assert (published.held_back is None, published.version.held_back) == (takes_over, not takes_over)
    assert singing(connection, artist_id) == (2 if takes_over else 1)


def test_versions_are_compared_only_on_the_same_songs(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    """In short minutes fewer of the held-out songs are measured, and then the baseline differs too."""
    assert publish_bits(connection, artist_id, clock, 1.47).held_back is None
    on_more_songs = replace(new_version(1.61), baseline_bits_per_character=2.6)
    published = publish(connection, artist_id, on_more_songs, job_id=None, now=clock())
    assert (published.held_back, published.compared_with) == (None, None)
    assert singing(connection, artist_id) == 2


def test_versions_are_bounded_and_the_one_that_sings_stays(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    publish_bits(connection, artist_id, clock, 1.0)
    for _ in range(VERSIONS_KEPT + 2):
        publish_bits(connection, artist_id, clock, 2.0)
    known = versions.of_artist(connection, artist_id)
    assert [version.number for version in known] == [8, 7, 6, 5, 1]
    assert singing(connection, artist_id) == 1


def test_a_record_is_read_with_care() -> None:
    weights = samples.model(
        corpus_sha256="c0", validation_bits_per_character=2.5, rival_bits_per_character="many", characters_seen=7
    )
    version = describe(weights, None)
    assert (version.corpus_sha256, version.bits_per_character, version.baseline_bits_per_character) == ("c0", 2.5, None)
    assert (version.characters_seen, version.training_seconds) == (7, None)
    assert version.parameters > 1000
    assert version.record == TrainingRecord(validation_bits_per_character=2.5, characters_seen=7)
    known = {"start_reason": "It is\nbetter.", "epochs": 1.5, "minutes": 2, "stopped": "minutes", "artist": "anna"}
    record = describe(samples.model(**known), None).record
    assert record == TrainingRecord(start_reason="It is better.", epochs=1.5, minutes=2, stopped="minutes")
    assert describe(samples.model(validation_bits_per_character=float("nan")), None).bits_per_character is None
    with pytest.raises(ModelFileError):
        describe(weights[:-1], None)


def test_a_training_is_announced_with_all_figures_of_its_model(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    record = TrainingRecord(
        corpus_characters=250_000,
        left_out_characters=750_000,
        epochs=0.4,
        minutes=0.25,
        stopped="minutes",
        validation_bits_per_character=2.0,
        baseline_bits_per_character=2.5,
        curve=(CurvePoint(1, 1.0, 2.0, 2.0),) * 100,
        settings={"random_seed": 7},
        verdict="It is good.",
    )
    model = load_model(samples.model())
    weights = dump_model(replace(model, training=record))
    job_id = enqueue(connection, artist_id, clock)
    outcome = publish_result(connection, artist_id, describe(weights, None), job_id, clock())
    announced = TrainingOutcome.from_json(outcome.to_json()).record
    assert announced is not None
    assert verdict(announced) == verdict(record)
    assert "only 10% of its text; it needs about 2 minutes" in verdict(announced)
    assert (announced.curve, announced.settings, announced.verdict) == ((), {}, None)


def test_a_first_version_that_loses_to_the_baseline_is_kept_but_does_not_sing(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    outcome = publish_result(connection, artist_id, new_version(2.6), enqueue(connection, artist_id, clock), clock())
    assert (outcome.takes_over, outcome.held_back) == (False, HeldBack.WORSE_THAN_BASELINE)
    assert versions.singing(connection, artist_id) is None
    assert [version.held_back for version in versions.of_artist(connection, artist_id)] == [True]


def test_a_shipped_model_sings_where_nothing_else_does(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    for expected in (None, HeldBack.WORSE_THAN_BASELINE):
        published = publish(connection, artist_id, new_version(2.6, None), job_id=None, now=clock(), is_shipped=True)
        assert published.held_back is expected
    assert singing(connection, artist_id) == 1


def test_a_model_shows_that_it_can_sing() -> None:
    lines = describe(samples.copying_model(), None).sample_lines
    assert lines == "\n".join(["a,b;c:d!e?f.g"] * 4)
    assert describe(samples.model(1), None, lambda line: "e" in line).sample_lines


def test_the_lines_shown_of_a_model_are_the_best_of_several_songs() -> None:
    weights = samples.model(3)
    singer = Singer(load_model(weights))
    ranks: dict[str, float] = {}
    for rhyme in ("AABB", "none"):
        for random_seed in range(SAMPLES):
            settings = SongSettings(lines=SAMPLE_LINES, rhyme=rhyme, random_seed=random_seed)
            song = Composition(singer, "", settings)
            text = "".join(drive(song)).strip()
            ranks[text] = song.mean_rank
    best = max(ranks, key=lambda text: ranks[text])
    assert best != next(iter(ranks))
    assert describe(weights, None).sample_lines == best


@pytest.mark.parametrize("style", [{"lines": 7}, {"nonsense": []}, {"rhymes": None}])
def test_a_model_that_cannot_sing_is_refused(style: dict[str, Any]) -> None:
    model = load_model(samples.copying_model())
    broken = dump_model(Model(model.parameters, model.vocabulary, ArtistProfile(style=style)))
    with pytest.raises(ModelFileError):
        describe(broken, None)
