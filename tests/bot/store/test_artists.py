import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from bot.store import artists, corpora, jobs, versions
from bot.store.artists import name_key
from bot.store.job_records import NewJob
from tests.bot.samples import Clock, new_version

GUILD, OTHER = 7, 8


def let_sing(connection: sqlite3.Connection, guild_id: int, name: str, clock: Clock) -> int:
    artist = artists.find_or_create(connection, guild_id, name, clock())
    version = versions.add(connection, artist.id, new_version(), held_back=False, job_id=None, now=clock())
    versions.let_sing(connection, artist.id, version.id)
    return artist.id


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert name_key(f"  {name} ") == name_key(name)


def test_names_are_compared_without_case_form_and_space(connection: sqlite3.Connection, clock: Clock) -> None:
    made = artists.find_or_create(connection, GUILD, " Straße Ａ ", clock())
    assert made.name == "Straße Ａ"
    assert artists.find_or_create(connection, GUILD, "STRASSE a", clock()).id == made.id
    assert artists.find(connection, OTHER, "STRASSE a") is None


def test_forgetting_takes_everything_along(connection: sqlite3.Connection, clock: Clock) -> None:
    artist_id = let_sing(connection, GUILD, "burns", clock)
    corpora.keep(connection, artist_id, "text", is_upload=True, now=clock())
    jobs.enqueue(connection, NewJob(artist_id, GUILD, 1, 2, 5.0, 0), clock())
    artists.forget(connection, artist_id)
    for table in ("artists", "corpora", "jobs", "versions"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
