import sqlite3

import pytest

from bot.services.publishing import VERSIONS_KEPT, Published, describe, publish
from bot.store import artists, versions
from lstm.model.model_file import ModelFileError
from tests.bot import samples
from tests.bot.samples import Clock, new_version


@pytest.fixture
def artist_id(connection: sqlite3.Connection, clock: Clock) -> int:
    return artists.find_or_create(connection, 7, "burns", clock()).id


def publish_bits(
    connection: sqlite3.Connection, artist_id: int, clock: Clock, bits: float | None, corpus: str | None = "c0"
) -> Published:
    return publish(connection, artist_id, new_version(bits, corpus), job_id=None, now=clock())


def singing(connection: sqlite3.Connection, artist_id: int) -> int:
    version = versions.singing(connection, artist_id)
    assert version is not None
    return version.number


@pytest.mark.parametrize(
    ("bits", "corpus", "takes_over"),
    [
        (1.9, "c0", True),
        (2.05, "c0", True),
        (2.06, "c0", False),
        (9.0, "c1", True),
        (9.0, None, True),
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
    assert publish_bits(connection, artist_id, clock, 2.0).takes_over
    published = publish_bits(connection, artist_id, clock, bits, corpus)
    assert (published.takes_over, published.version.held_back) == (takes_over, not takes_over)
    assert singing(connection, artist_id) == (2 if takes_over else 1)


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
    assert (version.corpus_sha256, version.bits_per_character, version.rival_bits_per_character) == ("c0", 2.5, None)
    assert (version.characters_seen, version.training_seconds) == (7, None)
    assert version.parameters > 1000
    assert describe(samples.model(validation_bits_per_character=float("nan")), None).bits_per_character is None
    with pytest.raises(ModelFileError):
        describe(weights[:-1], None)
