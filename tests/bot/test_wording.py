import contextvars
from dataclasses import replace

import pytest

from bot import language, wording
from bot.services import ArtistToForget, CorpusSummary, Song, TrainingOutcome, UnsungArtist
from bot.store.job_records import HeldBack
from lstm.model.record import TrainingRecord
from tests.bot.discord_app.stubs import NOON, OUTCOME, RUNNING, SUCCEEDED

SONG = Song(7, "burns", "I walk", "I walk", 1, 0.8, "none", False, 0.1, 0, 0)


MEASURED = TrainingRecord(validation_bits_per_character=2.1, baseline_bits_per_character=2.5, epochs=2.0)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (
            TrainingOutcome(1, True, 2.1, None, 2.5, 1, 1.0, record=MEASURED),
            "Version 1 sings from now on. It predicts held-out songs better "
            "than the n-gram baseline (a table of letter sequences) by 0.40: 2.10 bits "
            "per character against 2.50, lower is better. It read its text twice.",
        ),
        (
            TrainingOutcome(3, False, 2.18, 2.1, None, 1, 1.0, HeldBack.WORSE_THAN_BEFORE),
            "Version 3 is kept but does not take over: it is worse than the version that sings. "
            "On the same songs, it is 0.08 worse than the previous version (2.10).",
        ),
        (
            TrainingOutcome(1, False, 2.6, None, 2.5, 1, 1.0, HeldBack.WORSE_THAN_BASELINE),
            "Version 1 is kept but does not sing yet. "
            "It predicts held-out songs worse "
            "than the n-gram baseline (a table of letter sequences) by 0.10: 2.60 bits per character against 2.50, "
            "lower is better. More songs or more minutes would help.",
        ),
        (
            TrainingOutcome(3, True, 2.1, 2.1, None, 1, 1.0),
            "Version 3 sings from now on. On the same songs, it is as good as the previous version (2.10).",
        ),
        (TrainingOutcome(2, True, None, None, None, None, None), "Version 2 sings from now on."),
        (
            TrainingOutcome(2, False, None, 2.0, None, None, None),
            "Version 2 is kept, but the previous version still sings.",
        ),
    ],
)
def test_verdicts(outcome: TrainingOutcome, verdict: str) -> None:
    assert wording.verdict(outcome) == verdict


def test_a_verdict_and_a_summary_are_told_in_the_readers_language() -> None:
    context = contextvars.copy_context()
    context.run(language.speak, "de")
    reason = (
        "It learned from scratch, because the base model did worse in a short trial: after 6,000 characters each, "
        "3.10 bits per character with it and 2.90 without."
    )
    record = replace(MEASURED, start_reason=reason)
    assert context.run(wording.verdict, TrainingOutcome(1, True, 2.1, None, 2.5, 1, 1.0, record=record)) == (
        "Version 1 singt von jetzt an. Er sagt zurückgehaltene Lieder um 0,40 besser vorher als "
        "der n-Gramm-Vergleich (eine Tabelle von Buchstabenfolgen): "
        "2,10 Bit pro Zeichen gegen 2,50, weniger ist besser. Er hat seinen Text zweimal gelesen. Er lernte von "
        "Grund auf, weil das Basismodell in einem kurzen Versuch schlechter war: nach je 6.000 Zeichen 3,10 Bit pro "
        "Zeichen mit ihm und 2,90 ohne."
    )
    summary = CorpusSummary(1062, 4_100_000, "cp1252", ("Genius page", "chat"), {"page titles": 1062, "links": 3}, 1)
    assert context.run(wording.understood, summary) == (
        "1.062 Lieder zum Lernen, 4,1 MB nach dem Bereinigen (gelesen als cp1252; erkannt: Genius-Seite, Chat; "
        "entfernt: Seitentitel (1.062), Links (3); fast gleich wie frühere Lieder, ebenfalls behalten: 1)."
    )


def test_a_song_has_as_many_lines_as_there_are_not_as_were_asked_for() -> None:
    song = replace(SONG, text="I walk\nand walk\n\nand walk\nalone\n", lines=2, rhyme="AABB", rhymes_missed=1)
    assert wording.made_how(song) == "4 lines · rhyme AABB · temperature 0.8 · 0.1 s · 1 line has no rhyme"
    with language.speaking("fr"):
        assert wording.made_how(replace(SONG, text="I walk\nalone")) == "2 vers · température 0,8 · 0,1 s"


def test_shortcomings() -> None:
    assert wording.shortcomings(SONG) == ()
    assert wording.shortcomings(replace(SONG, copied_lines=3)) == ("3 lines copy the artist",)
    both = replace(SONG, copied_lines=1, rhymes_missed=1)
    assert wording.shortcomings(both) == ("1 line copies the artist", "1 line has no rhyme")


def test_a_held_back_version_can_be_used_by_a_command() -> None:
    held_back = replace(OUTCOME, takes_over=False, held_back=HeldBack.WORSE_THAN_BASELINE)
    assert wording.use_anyway(SUCCEEDED) is None
    assert wording.use_anyway(RUNNING) is None
    assert wording.use_anyway(replace(SUCCEEDED, outcome=held_back)) == "/rollback artist:kipling version:2"


def test_what_forgetting_means() -> None:
    assert wording.forget_warning(ArtistToForget(1, "burns", comes_with_the_bot=False)) == "This can't be undone."
    assert wording.forget_warning(ArtistToForget(1, "burns", comes_with_the_bot=False, of_everyone=True)) == (
        "It will no longer sing on any server. This can't be undone."
    )
    assert "after the next start" in wording.forget_warning(
        ArtistToForget(1, "harbour-lights", comes_with_the_bot=True)
    )


def test_what_becomes_of_an_artist_that_cannot_sing() -> None:
    assert wording.unsung(UnsungArtist("mute", 41_000, NOON, 0)) == (
        "41 KB of text, stored on 2026-11-24; no training job has succeeded. "
        "/forget deletes it now; otherwise, the bot deletes it after 30 days."
    )
    assert "versions held back: 2. /rollback" in wording.unsung(UnsungArtist("shy", 41_000, NOON, 2))
