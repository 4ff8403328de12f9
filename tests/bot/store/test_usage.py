import sqlite3
from datetime import timedelta

from bot.store import usage
from tests.bot.samples import Clock


def test_trainings_are_listed_by_guild_and_time_and_forgotten_by_time(
    connection: sqlite3.Connection, clock: Clock
) -> None:
    first = clock()
    for guild_id in (1, 2, 1):
        usage.note_training(connection, guild_id, clock())
        clock.move(hours=1)
    second = first + timedelta(hours=2)
    assert usage.trainings_since(connection, 1, first - timedelta(hours=1)) == [first, second]
    assert usage.trainings_since(connection, 1, first) == [second]
    assert usage.trainings_since(connection, 2, first) == [first + timedelta(hours=1)]  # listing deletes nothing
    assert usage.trainings_since(connection, 1, first - timedelta(hours=1)) == [first, second]
    usage.forget_trainings_until(connection, first + timedelta(hours=1))
    assert usage.trainings_since(connection, 1, first - timedelta(hours=1)) == [second]
    assert usage.trainings_since(connection, 2, first - timedelta(hours=1)) == []
