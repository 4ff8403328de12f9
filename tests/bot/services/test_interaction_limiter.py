import itertools

import pytest

from bot.services import InteractionLimiter, Refusal
from bot.services.interaction_limiter import (
    GUILD_IN_A_ROW,
    MEMBER_IN_A_ROW,
    MEMBER_SECONDS,
    SECONDS_BETWEEN_REFUSALS,
    TYPED_IN_A_ROW,
)


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_member_who_does_too_much_is_told_once_and_then_left_alone() -> None:
    seconds = Seconds()
    limits = InteractionLimiter(seconds)
    assert all(limits.admit(1, 100) for _ in range(MEMBER_IN_A_ROW))
    with pytest.raises(Refusal, match=r"Too many requests at once. Try again in 1 s"):
        limits.admit(1, 100)
    assert not any(limits.admit(1, 100) for _ in range(1_000))
    assert limits.admit(2, 100)  # the others are not concerned
    seconds.now += MEMBER_SECONDS
    assert limits.admit(1, 100)
    assert not limits.admit(1, 100)
    seconds.now += SECONDS_BETWEEN_REFUSALS
    assert all(limits.admit(1, 100) for _ in range(round(SECONDS_BETWEEN_REFUSALS / MEMBER_SECONDS)))
    with pytest.raises(Refusal):
        limits.admit(1, 100)


def test_many_members_of_one_guild_do_not_shut_out_other_guilds() -> None:
    limits = InteractionLimiter(Seconds())
    members = itertools.count(1)
    assert all(limits.admit(next(members), 100) for _ in range(GUILD_IN_A_ROW))
    with pytest.raises(Refusal):
        limits.admit(next(members), 100)
    assert limits.admit(next(members), 200)
    assert limits.admit(next(members), None)


def test_typing_is_counted_apart() -> None:
    limits = InteractionLimiter(Seconds())
    assert all(limits.admit_typing(1) for _ in range(TYPED_IN_A_ROW))
    assert not limits.admit_typing(1)
    assert limits.admit_typing(2)
    assert limits.admit(1, 100)
