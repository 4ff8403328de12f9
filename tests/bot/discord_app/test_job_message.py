from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.discord_app import job_message
from bot.discord_app.message_body import MessageBody
from bot.services import CorpusSummary, Job, JobState, TrainingOutcome, TrainingProgress
from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.components import texts
from tests.discord_stand_in.message_limits import COMPONENTS_V2, check_message

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
    baseline_bits_per_character=2.4,
)
RUNNING = replace(QUEUED, state=JobState.RUNNING, place=None, progress=PROGRESS, started_at=NOON)
OUTCOME = TrainingOutcome(
    version=2,
    takes_over=True,
    bits_per_character=2.1,
    previous_bits_per_character=2.2,
    baseline_bits_per_character=2.4,
    characters_seen=1_000_000,
    seconds=130,
)
SUCCEEDED = replace(RUNNING, state=JobState.SUCCEEDED, progress=None, outcome=OUTCOME, ended_at=NOON)


def shown(body: MessageBody) -> str:
    """Return what a message says, if Discord would accept it."""
    view = body.view()
    assert view is not None
    components = view.to_components()
    files = {str(number): Upload(file.name, file.data) for number, file in enumerate(body.files)}
    check_message({"components": components, "flags": COMPONENTS_V2}, files)
    return "\n".join(texts(components))


def description(job: Job) -> str:
    return shown(job_message.live(job))


async def test_shows_the_place_in_the_queue() -> None:
    text = description(QUEUED)
    assert text == "### Training kip\\*ling\nNumber 2 in the queue.\n-# job 3 · on this server only · at most 5 min"


async def test_shows_bar_time_left_and_figures() -> None:
    text = description(RUNNING)
    assert "▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱\n25% · 1 min 30 s left" in text
    for part in ("loss 2.50 bits per character", "held-out songs 2.60", "n-gram baseline 2.40", "12,346 characters/s"):
        assert part in text


async def test_the_time_left_never_exceeds_the_limit() -> None:
    assert "4 min 30 s left" in description(replace(RUNNING, progress=replace(PROGRESS, seconds_left=5_000)))


async def test_measures_instead_of_being_done_for_long() -> None:
    text = description(replace(RUNNING, progress=replace(PROGRESS, seconds_left=0)))
    assert "measuring …" in text
    assert "100" not in text
    assert "is being measured" in job_message.in_a_line(replace(RUNNING, progress=replace(PROGRESS, seconds_left=0)))


async def test_shows_what_it_sings_so_far_and_what_was_understood() -> None:
    job = replace(RUNNING, progress=replace(PROGRESS, sample="If you can\n*keep*"))
    text = shown(job_message.live(job, understood=CorpusSummary(12, 9_000, "utf-8", ("Genius page",))))
    assert "> If you can\n> \\*keep\\*" in text
    assert "\n12 songs to learn from, 9 KB after cleaning (recognised: Genius page).\n" in text


async def test_shows_a_start_without_progress() -> None:
    assert "Starting …" in description(replace(RUNNING, progress=None))


async def test_does_not_guess_what_is_not_known_yet() -> None:
    unknown = replace(PROGRESS, seconds_left=None, train_bits_per_character=None, best_bits_per_character=None)
    text = description(replace(RUNNING, progress=unknown))
    assert "\n0% · time left not known yet" in text
    assert "loss not measured yet" in text


@pytest.mark.parametrize(
    ("job", "heading"),
    [
        (SUCCEEDED, "kip\\*ling is ready"),
        (replace(SUCCEEDED, outcome=replace(OUTCOME, takes_over=False)), "Training of kip\\*ling"),
        (replace(QUEUED, state=JobState.CANCELLED), "Training of kip\\*ling"),
    ],
)
async def test_a_job_that_has_ended_is_not_headed_as_if_it_ran(job: Job, heading: str) -> None:
    assert shown(job_message.ended(job, None)).startswith(f"### {heading}\n")


async def test_shows_the_result_with_lines_of_a_song_and_its_curve() -> None:
    body = job_message.ended(replace(SUCCEEDED, outcome=replace(OUTCOME, sample_lines="If you can\nkeep it")), b"png")
    text = shown(body)
    assert "Version 2 sings" in text
    assert "2.10 bits per character" in text
    assert "> If you can\n> keep it" in text
    assert "read 1,000,000 characters in 2 min 10 s" in text
    assert body.files[0].data == b"png"


def test_says_when_the_one_before_still_sings() -> None:
    held_back = replace(SUCCEEDED, outcome=replace(OUTCOME, takes_over=False))
    assert "still sings" in job_message.result(held_back)
    assert "/lyrics" not in job_message.result(held_back)


@pytest.mark.parametrize(
    ("job", "text"),
    [
        (replace(QUEUED, state=JobState.FAILED, reason="The text is too short."), "Failed: The text is too short."),
        (replace(QUEUED, state=JobState.CANCELLED), "Cancelled."),
    ],
)
def test_says_how_else_a_job_ended(job: Job, text: str) -> None:
    assert job_message.result(job) == text


@pytest.mark.parametrize(
    ("job", "text"), [(QUEUED, "number 2 in the queue"), (RUNNING, "25%"), (SUCCEEDED, "succeeded")]
)
def test_lists_a_job_in_a_line(job: Job, text: str) -> None:
    line = job_message.in_a_line(job)
    assert text in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (7325, "2 h 02 min")]
)
def test_says_durations_as_people_do(seconds: float, text: str) -> None:
    assert job_message.duration(seconds) == text
