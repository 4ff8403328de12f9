"""What a model file says about its artist and training, read from files of any origin."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.model.model_file import load_model
from lstm.model.record import ArtistProfile, CurvePoint, StartTrial, TrainingRecord

MODELS = Path(__file__).parents[3] / "data" / "models"
RECORD = TrainingRecord(
    artist="Ann",
    date="2026-11-26T10:00:00+00:00",
    corpus_sha256="c0",
    corpus_characters=5000,
    start="base",
    start_reason="It is better.",
    start_trial=StartTrial(1000, 2.5, 3.0, 4.5),
    settings={"batch": 4, "dropout": {"input": 0.0}},
    characters_seen=20_000,
    epochs=4.0,
    validation_bits_per_character=2.25,
    baseline_bits_per_character=2.5,
    stopped="minutes",
    verdict="Good.",
    curve=(CurvePoint(1000, 0.5, 3.0, 2.5), CurvePoint(2000, 1.0, 2.5, 2.25)),
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
    max_leaves=8,
)


def test_a_record_is_read_as_it_was_written():
    stored = json.loads(json.dumps(RECORD.to_json(), allow_nan=False))
    assert TrainingRecord.from_json(stored) == RECORD
    assert stored["rival_bits_per_character"] == 2.5
    assert ArtistProfile.from_json(ArtistProfile("ab", {"x": 1}).to_json()) == ArtistProfile("ab", {"x": 1})


def test_what_is_not_known_is_not_written():
    assert TrainingRecord().to_json() == {}
    assert ArtistProfile().to_json() == {}


@pytest.mark.parametrize("ours", [2.4, 2.5, 2.6, None])
def test_a_model_beats_the_baseline_only_with_fewer_bits(ours):
    record = TrainingRecord(validation_bits_per_character=ours, baseline_bits_per_character=2.5)
    assert record.beats_baseline is (None if ours is None else ours < 2.5)


@pytest.mark.parametrize(
    ("date", "ended_at"),
    [
        ("2026-11-26T10:00:00+00:00", datetime(2026, 11, 26, 10, tzinfo=UTC)),
        ("2026-11-26T10:00:00+02:00", datetime(2026, 11, 26, 8, tzinfo=UTC)),
        ("2026-11-26T10:00:00", datetime(2026, 11, 26, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00+02:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_date_is_a_time_in_utc(date, ended_at):
    assert TrainingRecord(date=date).ended_at == ended_at


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.safetensors")), ids=lambda path: path.stem)
def test_models_of_earlier_versions_keep_their_record(path):
    model = load_model(path)
    record = model.training
    assert record.artist
    assert record.start == "base"
    assert record.beats_baseline
    assert record.ended_at is not None
    assert record.characters_seen > 100_000
    assert record.curve[-1].validation_bits_per_character < 3
    assert model.profile.alphabet
    assert model.profile.style is not None


@pytest.mark.parametrize(
    "stored",
    [
        {"artist": 3, "curve": 7, "settings": [], "stopped": "never", "start_trial": {"characters": 1}},
        {"epochs": True, "seconds": "long", "characters_seen": -1, "validation_bits_per_character": math.inf},
        {"threads": 10**400, "curve": [1.5, {"characters": 1}, None], "rival_bits_per_character": math.nan},
    ],
)
def test_values_of_another_type_are_left_out(stored):
    assert TrainingRecord.from_json(stored) == TrainingRecord()


@given(st.dictionaries(st.sampled_from([*RECORD.to_json(), "other"]), ANY_JSON))
def test_any_json_object_is_a_record_that_can_be_written(stored):
    record = TrainingRecord.from_json(stored)
    assert TrainingRecord.from_json(record.to_json()) == record or "nan" in repr(record)
    ArtistProfile.from_json({"alphabet": stored.get("artist"), "style": stored.get("settings")}).to_json()


def test_sample_lines_keep_the_name_that_files_have():
    profile = ArtistProfile("ab", sample_lines="If you can\nkeep it")
    assert profile.to_json() == {"alphabet": "ab", "taste": "If you can\nkeep it"}
    assert ArtistProfile.from_json(profile.to_json()) == profile
