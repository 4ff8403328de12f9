import sqlite3

from bot.services import visibility
from bot.store import artists, versions
from bot.store.artists import EVERYONE
from tests.bot.samples import Clock, new_version

GUILD, OTHER = 7, 8


def let_sing(connection: sqlite3.Connection, guild_id: int, name: str, clock: Clock) -> int:
    artist = artists.find_or_create(connection, guild_id, name, clock())
    version = versions.add(connection, artist.id, new_version(), held_back=False, job_id=None, now=clock())
    versions.let_sing(connection, artist.id, version.id)
    return artist.id


def test_a_guild_sees_its_own_and_everyones_and_its_own_wins(connection: sqlite3.Connection, clock: Clock) -> None:
    everyones = let_sing(connection, EVERYONE, "burns", clock)
    own = let_sing(connection, GUILD, "Burns", clock)
    let_sing(connection, OTHER, "secret", clock)
    shared = let_sing(connection, EVERYONE, "anna", clock)
    assert [artist.id for artist in visibility.singing(connection, GUILD)] == [shared, own]
    assert [artist.id for artist in visibility.singing(connection, EVERYONE)] == [shared, everyones]
    assert visibility.find(connection, GUILD, "SECRET") is None


def test_everyones_sings_while_the_guilds_own_is_still_trained(connection: sqlite3.Connection, clock: Clock) -> None:
    everyones = let_sing(connection, EVERYONE, "burns", clock)
    artists.find_or_create(connection, GUILD, "burns", clock())
    found = visibility.find(connection, GUILD, "burns")
    assert found is not None
    assert found.id == everyones
    assert [artist.id for artist in visibility.singing(connection, GUILD)] == [everyones]
    own = let_sing(connection, GUILD, "burns", clock)
    found = visibility.find(connection, GUILD, "burns")
    assert found is not None
    assert found.id == own
