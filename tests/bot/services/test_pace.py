from hypothesis import given
from hypothesis import strategies as st

from bot.services.pace import Pace


def test_a_burst_then_one_at_a_time() -> None:
    pace = Pace(in_a_row=3, seconds_each=8)
    for _ in range(3):
        assert pace.seconds_left(1, 100) == 0
        pace.use(1, 100)
    assert pace.seconds_left(1, 100) == 8
    assert pace.seconds_left(1, 105) == 3
    assert pace.seconds_left(1, 108) == 0
    pace.use(1, 108)
    assert pace.seconds_left(1, 108) == 8
    assert pace.seconds_left(2, 108) == 0


def test_after_a_rest_the_burst_is_available_again() -> None:
    pace = Pace(in_a_row=2, seconds_each=8)
    for now in (0, 0, 16, 16):
        assert pace.seconds_left(1, now) == 0
        pace.use(1, now)
    assert pace.seconds_left(1, 16) == 8


def test_those_who_have_rested_are_forgotten() -> None:
    pace = Pace(in_a_row=1, seconds_each=8)
    for who in range(10_000):
        pace.use(who, now=who)
    assert len(pace._rested_at) < 2_000
    assert pace.seconds_left(9_999, now=9_999) == 8


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 5), st.floats(0.1, 10))
def test_in_any_stretch_of_time_no_more_than_the_pace_allows(pauses: list[float], in_a_row: int, each: float) -> None:
    pace, now, used = Pace(in_a_row, each), 0.0, []
    for pause in pauses:
        now += pause
        if not pace.seconds_left(1, now):
            pace.use(1, now)
            used.append(now)
    for k, first in enumerate(used):
        for m, last in enumerate(used[k:], start=1):
            assert m <= in_a_row + (last - first) / each + 1e-6
