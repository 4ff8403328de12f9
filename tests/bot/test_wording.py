from dataclasses import replace

import pytest

from bot import wording
from bot.services import Song, TrainingOutcome
from tests.bot.discord_app.stubs import JOB, NOON, PROGRESS, RUNNING, SUCCEEDED

SONG = Song(7, "burns", "I walk", "I walk", 1, 0.8, "none", False, 0.1, NOON, 0, 0)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (
            TrainingOutcome(1, True, 2.1, None, 2.5, 1, 1.0),
            "Version 1 sings from now on: 2.10 bits per character on held-out songs; the n-gram baseline reaches 2.50.",
        ),
        (
            TrainingOutcome(3, False, 2.18, 2.1, None, 1, 1.0),
            "Version 3 is kept, but the version before still sings: "
            "2.18 bits per character on held-out songs, 0.08 worse than before.",
        ),
        (
            TrainingOutcome(3, True, 2.0, 2.1, None, 1, 1.0),
            "Version 3 sings from now on: 2.00 bits per character on held-out songs, 0.10 better than before.",
        ),
        (
            TrainingOutcome(3, True, 2.1, 2.1, None, 1, 1.0),
            "Version 3 sings from now on: 2.10 bits per character on held-out songs, as before.",
        ),
        (TrainingOutcome(2, True, None, None, None, None, None), "Version 2 sings from now on."),
        (
            TrainingOutcome(1, True, 2.4, None, 2.5, 1, 1.0, is_foreign=True),
            "Version 1 sings from now on: 2.40 bits per character on held-out songs; the n-gram baseline reaches 2.50. "
            "The base model cannot read this corpus (another language or script), so it was learned from scratch.",
        ),
    ],
)
def test_verdicts(outcome: TrainingOutcome, verdict: str) -> None:
    assert wording.verdict(outcome) == verdict


def test_shortcomings() -> None:
    assert wording.shortcomings(SONG) == ()
    assert wording.shortcomings(replace(SONG, copied_lines=3)) == ("3 lines copy the artist",)
    both = replace(SONG, copied_lines=1, rhymes_missed=1)
    assert wording.shortcomings(both) == ("1 line copies the artist", "1 line found no rhyme")


def test_how_much_of_a_job_is_done() -> None:
    assert [wording.share_done(job) for job in (JOB, RUNNING, SUCCEEDED)] == [0.0, 0.25, 1.0]
    unknown = replace(RUNNING, progress=replace(PROGRESS, seconds_left=None))
    assert wording.share_done(unknown) == 0.0
