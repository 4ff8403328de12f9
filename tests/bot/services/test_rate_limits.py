from contextlib import ExitStack

import pytest

from bot.services import Asker, Refusal, rate_limits
from bot.services.rate_limits import RateLimits
from tests.bot.services.conftest import GUILD, OTHER_GUILD, member

CONSOLE = Asker(0, None, None, is_operator=True)


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limits(seconds: Seconds) -> RateLimits:
    return RateLimits(seconds, in_a_row=5, seconds_each=8.0)


def sing(limits: RateLimits, asker: Asker, times: int = 1) -> None:
    for _ in range(times):
        with limits.song_of(asker):
            pass


def test_a_member_has_two_songs_in_the_making(limits: RateLimits) -> None:
    with limits.song_of(member(1)), limits.song_of(member(1)):
        with pytest.raises(Refusal, match="2 of your songs are still being composed"):
            sing(limits, member(1, OTHER_GUILD))
        sing(limits, member(2))
        assert limits.songs == 2
    sing(limits, member(1))
    assert limits.songs == 0


def test_a_member_in_a_hurry_hears_how_long_to_wait(limits: RateLimits, seconds: Seconds) -> None:
    sing(limits, member(1), times=5)
    seconds.now += 0.5
    with pytest.raises(Refusal, match=r"try again in 8 s\.$"):
        sing(limits, member(1))
    seconds.now += 7.5
    sing(limits, member(1))
    with pytest.raises(Refusal, match=r"try again in 8 s\.$"):
        sing(limits, member(1))


def test_a_refusal_costs_nothing(limits: RateLimits, seconds: Seconds) -> None:
    sing(limits, member(1), times=5)
    for _ in range(20):
        with pytest.raises(Refusal):
            sing(limits, member(1))
    seconds.now += 8
    sing(limits, member(1))


def test_a_guilds_crowd_leaves_room_for_others(limits: RateLimits) -> None:
    with ExitStack() as stack:
        for user_id in range(rate_limits.MOST_OF_A_GUILD):
            stack.enter_context(limits.song_of(member(user_id)))
        with pytest.raises(Refusal, match="Many songs are still being composed"):
            sing(limits, member(999))
        sing(limits, member(999, OTHER_GUILD))
        sing(limits, member(999, guild_id=None))


def test_a_guild_in_a_hurry_hears_how_long_to_wait(limits: RateLimits, seconds: Seconds) -> None:
    for user_id in range(rate_limits.GUILD_IN_A_ROW):
        sing(limits, member(user_id))
    with pytest.raises(Refusal, match="This server has asked for many songs in a row; try again in 1 s"):
        sing(limits, member(999))
    sing(limits, member(999, OTHER_GUILD))
    seconds.now += 1
    for user_id in range(1_000, 1_010):
        sing(limits, member(user_id, GUILD))
    with pytest.raises(Refusal):
        sing(limits, member(999))


def test_all_together_are_bounded_but_the_console_always_sings(limits: RateLimits) -> None:
    with ExitStack() as stack:
        for user_id in range(rate_limits.MOST_SONGS):
            stack.enter_context(limits.song_of(member(user_id, guild_id=user_id % 8 + 1)))
        with pytest.raises(Refusal, match="Too many people"):
            sing(limits, member(999, guild_id=None))
        sing(limits, CONSOLE, times=50)


def test_a_song_that_fails_is_no_longer_in_the_making(limits: RateLimits) -> None:
    for _ in range(3):
        with pytest.raises(ArithmeticError), limits.song_of(member(1)):
            raise ArithmeticError
    assert limits.songs == 0
