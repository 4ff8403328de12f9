"""Minutes as a number of characters: without a clock and without a network."""

import math

import pytest

from lstm.training.time_budget import EVALUATION_SPEED, LEAD_IN_PER_ROOT, SPARE_SHARE, TimeBudget

MEASURED = 10_000
EVALUATED = MEASURED + LEAD_IN_PER_ROOT * math.sqrt(MEASURED)


def evaluations_in(goal):
    return max(1, min(20, int(0.1 * EVALUATION_SPEED * goal / MEASURED)))


def simulate(minutes, speed, goal=10**9, preparation=1.0, update=2_000, slower_after=None):
    """A training whose updates take ``update / speed`` seconds.

    Returns the budget, the characters seen, and the seconds spent in all and on updates alone.
    """
    budget = TimeBudget(60 * minutes, goal, MEASURED, evaluations_in)
    seen, spent, learning = 0, preparation, 0.0
    evaluated = 0
    while seen < budget.goal:
        now = speed if slower_after is None or spent < slower_after else speed / 2
        before, seen = seen, seen + update
        spent, learning = spent + update / now, learning + update / now
        every = budget.goal / evaluations_in(budget.goal)
        if int(before / every) != int(seen / every) or seen >= budget.goal:
            spent += EVALUATED / (EVALUATION_SPEED * now)
            evaluated += 1
            continue
        budget.pace.add(update, update / now)
        budget.after_update(seen, spent)
        assert budget.seconds_left(seen, spent, now) <= max(0, 60 * minutes - spent)
    if seen and not evaluated:
        spent += EVALUATED / (EVALUATION_SPEED * now)
    return budget, seen, spent, learning


@pytest.mark.parametrize("minutes", [0.5, 1, 5, 30])
@pytest.mark.parametrize("speed", [4_000, 20_000, 60_000])
def test_a_training_keeps_to_its_minutes_and_most_of_them_are_learning(minutes, speed):
    budget, seen, spent, learning = simulate(minutes, speed)
    assert budget.is_shortened
    assert seen >= budget.goal
    assert spent <= 60 * minutes
    assert learning >= (0.75 if (minutes, speed) == (0.5, 4_000) else 0.8) * 60 * minutes


@pytest.mark.parametrize(("minutes", "speed", "least"), [(1, 20_000, 0.84), (5, 20_000, 0.91), (30, 20_000, 0.95)])
def test_the_last_part_of_a_plan_is_not_cut_where_the_pace_is_measured_anew(minutes, speed, least):
    budget, seen, _, learning = simulate(minutes, speed)
    assert seen < budget.goal + 2_000
    assert learning >= least * 60 * minutes


def test_a_machine_so_slow_that_its_pace_is_never_known_measures_little_and_ends():
    budget = TimeBudget(15, 10**9, MEASURED, evaluations_in)
    assert budget.measurable_characters(12, 1_000) is None
    assert 0 < budget.measurable_characters(14, 1_000) < 900
    budget.after_update(600, 14)
    assert budget.goal == 600


def test_a_plan_that_fits_is_left_alone():
    budget, seen, _, _ = simulate(5, 20_000, goal=500_000)
    assert (budget.goal, seen, budget.is_shortened) == (500_000, 500_000, False)


def test_without_a_limit_nothing_is_shortened():
    budget = TimeBudget(None, 1000, MEASURED, evaluations_in)
    budget.pace.add(10, 100.0)
    budget.after_update(10, 1e9)
    assert (budget.goal, budget.is_made, budget.is_shortened) == (1000, True, False)
    assert budget.seconds_left(500, 1e9, 50) == pytest.approx(10)


@pytest.mark.parametrize("slower_after", [10, 30, 50])
def test_a_machine_that_slows_down_to_half_gets_less_done_in_the_same_time(slower_after):
    _, steady, _, _ = simulate(1, 20_000)
    _, seen, spent, _ = simulate(1, 20_000, slower_after=slower_after)
    assert seen < steady
    assert spent <= 60 * (1 + SPARE_SHARE)


def test_a_limit_that_preparation_has_used_up_still_gets_an_update():
    budget, seen, _, _ = simulate(0.5, 20_000, preparation=40.0)
    assert (seen, budget.goal, budget.is_shortened) == (2_000, 2_000, True)


def test_a_machine_that_was_busy_at_first_still_uses_its_minutes():
    budget = TimeBudget(60, 10**9, MEASURED, evaluations_in)
    budget.pace.add(4_000, 2.0)
    budget.after_update(4_000, 3.0)
    first = budget.goal
    seen, spent = 4_000, 3.0
    while seen < budget.goal:
        seen, spent = seen + 2_000, spent + 0.1
        budget.pace.add(2_000, 0.1)
        budget.after_update(seen, spent)
    assert budget.goal > 5 * first
    assert 45 < spent <= 60


def test_a_restored_budget_goes_on_where_it_was():
    budget, _, _, _ = simulate(1, 20_000)
    other = TimeBudget(60, 10**9, MEASURED, evaluations_in)
    other.restore(budget.state(), budget.goal)
    assert (other.goal, other.is_shortened, other.state()) == (budget.goal, True, budget.state())
    with pytest.raises((KeyError, TypeError)):
        other.restore({}, 5)


@pytest.mark.parametrize(("before", "after"), [(60.0, None), (None, 60.0), (60.0, 120.0)])
def test_a_plan_made_for_another_limit_is_made_again(before, after):
    budget = TimeBudget(before, 1_000_000, MEASURED, evaluations_in)
    budget.pace.add(20_000, 10.0)
    budget.after_update(20_000, 10.0)
    again = TimeBudget(after, 1_000_000, MEASURED, evaluations_in)
    again.restore(budget.state(), budget.goal)
    assert again.goal == 1_000_000
    again.pace.add(20_000, 10.0)
    again.after_update(40_000, 20.0)
    assert again.is_shortened == (after is not None)
