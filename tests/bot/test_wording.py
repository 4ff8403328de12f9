from dataclasses import replace

import pytest

from bot import wording
from bot.services import ArtistToForget, Song, TrainingOutcome, UnsungArtist
from bot.store.job_records import HeldBack
from tests.bot.discord_app.stubs import NOON, OUTCOME, RUNNING, SUCCEEDED

SONG = Song(7, "burns", "I walk", "I walk", 1, 0.8, "none", False, 0.1, NOON, 0, 0)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (
            TrainingOutcome(1, True, 2.1, None, 2.5, 1, 1.0),
            "Version 1 sings from now on. It needs 2.10 bits per character on held-out songs, "
            "0.40 better than the n-gram baseline (2.50).",
        ),
        (
            TrainingOutcome(3, False, 2.18, 2.1, None, 1, 1.0, HeldBack.WORSE_THAN_BEFORE),
            "Version 3 is kept but does not take over: it is worse than the version that sings. "
            "It needs 2.18 bits per character on held-out songs. "
            "On the same songs it is 0.08 worse than the version before (2.10).",
        ),
        (
            TrainingOutcome(1, False, 2.6, None, 2.5, 1, 1.0, HeldBack.WORSE_THAN_BASELINE),
            "Version 1 is kept but does not take over: it is worse than the n-gram baseline. "
            "It needs 2.60 bits per character on held-out songs, 0.10 worse than the n-gram baseline (2.50).",
        ),
        (
            TrainingOutcome(3, True, 2.1, 2.1, None, 1, 1.0),
            "Version 3 sings from now on. It needs 2.10 bits per character on held-out songs. "
            "On the same songs it is as good as the version before (2.10).",
        ),
        (TrainingOutcome(2, True, None, None, None, None, None), "Version 2 sings from now on."),
        (
            TrainingOutcome(2, False, None, 2.0, None, None, None),
            "Version 2 is kept, but the version before still sings.",
        ),
        (
            TrainingOutcome(1, True, 2.4, 2.5, 2.6, 1, 1.0, verdict="Better than the n-gram by 0.20."),
            "Version 1 sings from now on. Better than the n-gram by 0.20. "
            "On the same songs it is 0.10 better than the version before (2.50).",
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


def test_a_held_back_version_can_be_used_by_a_command() -> None:
    held_back = replace(OUTCOME, takes_over=False, held_back=HeldBack.WORSE_THAN_BASELINE)
    assert wording.use_anyway(SUCCEEDED) is None
    assert wording.use_anyway(RUNNING) is None
    assert wording.use_anyway(replace(SUCCEEDED, outcome=held_back)) == "/rollback artist:kipling version:2"


def test_what_forgetting_means() -> None:
    assert wording.forget_warning(ArtistToForget(1, "burns", comes_with_the_bot=False)) == "It can't be undone."
    assert "at the next start" in wording.forget_warning(ArtistToForget(1, "harbour-lights", comes_with_the_bot=True))


def test_what_becomes_of_an_artist_that_cannot_sing() -> None:
    assert wording.unsung(UnsungArtist("mute", 41_000, NOON, 0)) == (
        "41 kB of text, stored on 2026-11-24; no training of it has succeeded. "
        "/forget removes it; so does the bot, 30 days later."
    )
    assert "versions held back: 2. /rollback" in wording.unsung(UnsungArtist("shy", 41_000, NOON, 2))
