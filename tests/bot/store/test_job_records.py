from dataclasses import replace

from tests.bot.discord_app.stubs import JOB, PROGRESS, RUNNING, SUCCEEDED


def test_how_much_of_a_job_is_done() -> None:
    assert [job.share_done for job in (JOB, RUNNING, SUCCEEDED)] == [0.0, 0.25, 1.0]
    unknown = replace(RUNNING, progress=replace(PROGRESS, seconds_left=None))
    assert unknown.share_done == 0.0
    assert unknown.seconds_left is None


def test_no_more_time_is_left_than_the_minutes_allow() -> None:
    assert RUNNING.minutes * 60 == PROGRESS.seconds + 270
    assert replace(RUNNING, progress=replace(PROGRESS, seconds_left=5_000)).seconds_left == 270
    assert replace(RUNNING, progress=replace(PROGRESS, seconds=1_000)).seconds_left == 0


def test_a_job_with_no_time_left_is_being_measured() -> None:
    assert not RUNNING.is_measuring
    assert replace(RUNNING, progress=replace(PROGRESS, seconds_left=0.2)).is_measuring
