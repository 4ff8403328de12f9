import sqlite3

import pytest

from bot.store import artists, jobs, versions
from bot.store.job_records import NewJob
from tests.bot.samples import Clock, new_version


@pytest.fixture
def artist_id(connection: sqlite3.Connection, clock: Clock) -> int:
    return artists.find_or_create(connection, 7, "burns", clock()).id


def add(connection: sqlite3.Connection, artist_id: int, clock: Clock, job_id: int | None = None) -> int:
    return versions.add(connection, artist_id, new_version(), held_back=False, job_id=job_id, now=clock()).id


def test_versions_are_counted_for_each_artist(connection: sqlite3.Connection, artist_id: int, clock: Clock) -> None:
    other = artists.find_or_create(connection, 7, "other", clock()).id
    for artist in (artist_id, other, artist_id):
        add(connection, artist, clock)
    assert [version.number for version in versions.of_artist(connection, artist_id)] == [2, 1]
    assert [version.number for version in versions.of_artist(connection, other)] == [1]


def test_what_was_added_is_found(connection: sqlite3.Connection, artist_id: int, clock: Clock) -> None:
    version_id = add(connection, artist_id, clock)
    assert versions.weights(connection, version_id) == b"weights"
    assert versions.curve(connection, version_id) == b"curve"
    assert versions.singing(connection, artist_id) is None
    versions.let_sing(connection, artist_id, version_id)
    singing = versions.singing(connection, artist_id)
    assert singing is not None
    assert (singing.id, singing.weights_bytes) == (version_id, 7)


def test_the_newest_are_kept_and_the_one_that_sings(
    connection: sqlite3.Connection, artist_id: int, clock: Clock
) -> None:
    ids = [add(connection, artist_id, clock) for _ in range(7)]
    versions.let_sing(connection, artist_id, ids[1])
    assert versions.keep_newest(connection, artist_id, 5) == 2
    assert [version.number for version in versions.of_artist(connection, artist_id)] == [7, 6, 5, 4, 2]
    assert versions.keep_newest(connection, artist_id, 5) == 0
    add(connection, artist_id, clock)
    assert versions.of_artist(connection, artist_id)[0].number == 8


def test_a_job_publishes_once(connection: sqlite3.Connection, artist_id: int, clock: Clock) -> None:
    job = jobs.enqueue(connection, NewJob(artist_id, 7, 1, None, 5.0, 0), clock())
    add(connection, artist_id, clock, job.id)
    assert versions.curve_of_job(connection, job.id) == b"curve"
    with pytest.raises(sqlite3.IntegrityError):
        add(connection, artist_id, clock, job.id)
