from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.discord_app import job_message
from bot.services import Job, JobState, TrainingOutcome, TrainingProgress

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

QUEUED = Job(
    id=3,
    artist_id=1,
    artist="kip*ling",
    of_everyone=False,
    guild_id=1,
    channel_id=2,
    message_id=None,
    asked_by=4,
    state=JobState.QUEUED,
    minutes=5,
    random_seed=0,
    attempts=0,
    queued_at=NOON,
    started_at=None,
    ended_at=None,
    place=2,
    progress=None,
    outcome=None,
    reason=None,
)
PROGRESS = TrainingProgress(
    characters_seen=1_000,
    characters_planned=4_000,
    epoch=1.5,
    seconds=30,
    seconds_left=90,
    characters_per_second=12_345.6,
    train_bits_per_character=2.5,
    validation_bits_per_character=2.7,
    best_bits_per_character=2.6,
    rival_bits_per_character=2.4,
)
RUNNING = replace(QUEUED, state=JobState.RUNNING, place=None, progress=PROGRESS, started_at=NOON)
OUTCOME = TrainingOutcome(
    version=2,
    takes_over=True,
    bits_per_character=2.1,
    previous_bits_per_character=2.2,
    rival_bits_per_character=2.4,
    characters_seen=1_000_000,
    seconds=130,
)
SUCCEEDED = replace(RUNNING, state=JobState.SUCCEEDED, progress=None, outcome=OUTCOME, ended_at=NOON)


def description(job: Job) -> str:
    return str(job_message.live(job).embeds[0].description)


def test_shows_the_place_in_the_queue() -> None:
    assert description(QUEUED) == "Place 2 in the queue."
    assert job_message.live(QUEUED).embeds[0].title == "Training kip\\*ling"


def test_shows_bar_loss_speed_and_time_left() -> None:
    text = description(RUNNING)
    assert "█████░░░░░░░░░░░░░░░" in text
    for part in ("25%", "2.500 bits per character", "2.600", "rival: 2.400", "12,346 characters/s", "1 min 30 s"):
        assert part in text


def test_shows_a_start_without_progress() -> None:
    assert description(replace(RUNNING, progress=None)) == "Starting …"


def test_does_not_guess_what_is_not_known_yet() -> None:
    unknown = replace(PROGRESS, seconds_left=None, train_bits_per_character=None, best_bits_per_character=None)
    text = description(replace(RUNNING, progress=unknown))
    assert " 0%" in text
    assert "Time left: no telling yet" in text
    assert "Loss: not measured yet" in text


def test_shows_the_result_with_its_curve() -> None:
    body = job_message.ended(SUCCEEDED, b"png")
    text = str(body.embeds[0].description)
    assert text.startswith("Done. Version 2 sings")
    assert "2.10 bits per character" in text
    assert "1,000,000 characters in 2 min 10 s" in text
    assert body.files[0].data == b"png"
    assert body.embeds[0].image.url == f"attachment://{body.files[0].name}"


def test_says_when_the_one_before_still_sings() -> None:
    held_back = replace(SUCCEEDED, outcome=replace(OUTCOME, takes_over=False))
    assert "still sings" in job_message.result(held_back)
    assert "/lyrics" not in job_message.result(held_back)


@pytest.mark.parametrize(
    "job, text",
    [
        (replace(QUEUED, state=JobState.FAILED, reason="The text is too short."), "Failed: The text is too short."),
        (replace(QUEUED, state=JobState.CANCELLED), "Cancelled."),
    ],
)
def test_says_how_else_a_job_ended(job: Job, text: str) -> None:
    assert job_message.result(job) == text


@pytest.mark.parametrize("job, text", [(QUEUED, "waits, place 2"), (RUNNING, "25%"), (SUCCEEDED, "succeeded")])
def test_lists_a_job_in_a_line(job: Job, text: str) -> None:
    line = job_message.in_a_line(job)
    assert text in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "seconds, text", [(-1, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (7325, "2 h 02 min")]
)
def test_says_durations_as_people_do(seconds: float, text: str) -> None:
    assert job_message.duration(seconds) == text
