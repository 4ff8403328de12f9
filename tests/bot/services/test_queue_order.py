from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from bot.services.queue_order import turns
from bot.store.job_records import Waiting

GUILDS = st.integers(1, 4)


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    guilds = draw(st.lists(GUILDS, max_size=12))
    interrupted = draw(st.lists(st.booleans(), min_size=len(guilds), max_size=len(guilds)))
    return [Waiting(number, guild, was) for number, (guild, was) in enumerate(zip(guilds, interrupted, strict=True))]


@given(queues(), st.dictionaries(GUILDS, st.integers(1, 99)))
def test_everyone_gets_one_turn_and_interrupted_jobs_the_first(
    waiting: list[Waiting], last_turn: dict[int, int]
) -> None:
    order = turns(waiting, last_turn)
    assert sorted(order) == sorted(job.job_id for job in waiting)
    was_interrupted = {job.job_id: job.interrupted for job in waiting}
    assert [key for key, _ in groupby(order, key=was_interrupted.__getitem__)] in ([], [True], [False], [True, False])


@given(queues(), st.dictionaries(GUILDS, st.integers(1, 99)))
def test_within_a_guild_the_oldest_goes_first(waiting: list[Waiting], last_turn: dict[int, int]) -> None:
    order = turns(waiting, last_turn)
    for guild in range(1, 5):
        fresh = [job.job_id for job in waiting if job.guild_id == guild and not job.interrupted]
        assert [job_id for job_id in order if job_id in fresh] == fresh


@given(queues(), st.dictionaries(GUILDS, st.integers(1, 99)))
def test_jobs_are_claimed_in_the_order_that_was_shown(waiting: list[Waiting], last_turn: dict[int, int]) -> None:
    told = turns(waiting, last_turn)
    left, last, claimed, turn = list(waiting), dict(last_turn), [], 100
    while left:
        job_id = turns(left, last)[0]
        (job,) = (job for job in left if job.job_id == job_id)
        left.remove(job)
        last[job.guild_id] = turn = turn + 1
        claimed.append(job_id)
    assert claimed == told


def test_ten_jobs_of_one_guild_do_not_starve_anothers_one() -> None:
    many = [Waiting(number, 1, False) for number in range(10)]
    assert turns([*many, Waiting(10, 2, False)], {}) == [0, 10, *range(1, 10)]
    assert turns([*many, Waiting(10, 2, False)], {1: 5})[0] == 10
