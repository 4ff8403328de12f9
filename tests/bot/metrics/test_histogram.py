from hypothesis import given
from hypothesis import strategies as st

from bot.metrics.histogram import Histogram


def test_a_value_may_reach_its_bound() -> None:
    histogram = Histogram([1, 2, 4])
    for value in (0.5, 1, 2, 3, 100):
        histogram.observe(value)
    assert histogram.counts == [2, 1, 1, 1]
    assert list(histogram.cumulative()) == [(1, 2), (2, 3), (4, 4), (float("inf"), 5)]
    assert histogram.sum == 106.5


@given(st.lists(st.floats(0, 10)))
def test_each_bound_counts_what_is_not_above_it(values: list[float]) -> None:
    histogram = Histogram([1, 3, 9])
    for value in values:
        histogram.observe(value)
    for bound, count in histogram.cumulative():
        assert count == sum(value <= bound for value in values)
