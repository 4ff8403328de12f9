"""When what is stored changes shape, so must the schema version, so that an older bot leaves the database alone."""

from dataclasses import fields

from bot.store.corpora import CorpusReport
from bot.store.job_records import TrainingOutcome, TrainingProgress
from bot.store.migrating import newest_version
from lstm.model.record import stored_name
from lstm.text.summary import CorpusSummary

SHAPES = {
    TrainingProgress: """characters_seen characters_planned epoch seconds seconds_left characters_per_second
        train_bits_per_character validation_bits_per_character best_bits_per_character rival_bits_per_character
        sample""",
    TrainingOutcome: """version takes_over bits_per_character previous_bits_per_character rival_bits_per_character
        characters_seen seconds held_back record taste""",
    CorpusReport: "summary first_lines kinds",
    CorpusSummary: "songs size encoding dresses removed near_copies left_out characters",
}
CHANGED_WITH = 12


def test_the_stored_shapes_are_those_of_the_newest_migration_that_changed_them() -> None:
    """If this fails, add a migration, even if it is only a comment, and enter the fields and its number here."""
    assert {shape: [stored_name(field.name) for field in fields(shape)] for shape in SHAPES} == {
        shape: names.split() for shape, names in SHAPES.items()
    }
    assert newest_version() >= CHANGED_WITH
