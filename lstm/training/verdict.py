"""Whether a model is good, in plain sentences that people read under a finished training."""

from lstm.model.record import TrainingRecord
from lstm.text.amount import USABLE_CHARACTERS, note_on_amount
from lstm.text.phrases import Say, in_english

AS_GOOD = 0.01
"""Bits per character within which two figures count as equal."""


def verdict(record: TrainingRecord, say: Say = in_english) -> str:
    """Return the sentences; the reason of the start is part of the record, in English."""
    before = [_quality(record, say), _left_out(record, say), _reading(record, say)]
    parts = [*before, record.start_reason or "", _corpus(record, say)]
    return " ".join(part for part in parts if part)


def _quality(record: TrainingRecord, say: Say) -> str:
    ours, baseline = record.validation_bits_per_character, record.baseline_bits_per_character
    if ours is None or baseline is None:
        return say("It could not be measured on held-out songs.")
    figures = {"ours": ours, "baseline": baseline}
    if abs(ours - baseline) < AS_GOOD:
        return say(
            "It predicts held-out songs about as well as the n-gram baseline (a table of letter sequences): "
            "{ours:.2f} bits per character against {baseline:.2f}, lower is better.",
            **figures,
        )
    figures["difference"] = abs(round(ours, 2) - round(baseline, 2))  # of the figures that are shown
    if ours < baseline:
        return say(
            "It predicts held-out songs better than the n-gram baseline (a table of letter sequences) by "
            "{difference:.2f}: {ours:.2f} bits per character against {baseline:.2f}, lower is better.",
            **figures,
        )
    return say(
        "It predicts held-out songs worse than the n-gram baseline (a table of letter sequences) by {difference:.2f}: "
        "{ours:.2f} bits per character against {baseline:.2f}, lower is better.",
        **figures,
    )


def _left_out(record: TrainingRecord, say: Say) -> str:
    if record.share_read == 1 or not record.corpus_characters:
        return ""
    return say(
        "There was no time to read the whole corpus: it learned from passages throughout it, "
        "{read:,} of {all:,} characters.",
        read=record.corpus_characters,
        all=record.corpus_characters + (record.left_out_characters or 0),
    )


def _reading(record: TrainingRecord, say: Say) -> str:
    epochs, minutes = record.epochs, record.minutes
    if epochs is None:
        return ""
    if epochs >= 0.95:
        times = round(epochs, 1)
        if times == 1:
            return say("It read its text once.")
        return say("It read its text twice.") if times == 2 else say("It read its text {times:g} times.", times=times)
    if minutes is None or record.stopped != "minutes":
        return say("It read {share:.0%} of its text.", share=epochs)
    epochs *= record.share_read
    wanted = _minutes(minutes / max(epochs, 1e-3))
    if epochs < 0.01:
        return say(
            "It read less than 1% of its text; it needs about {minutes:,} minutes to read all of it once.",
            minutes=wanted,
        )
    return say(
        "It read only {share:.0%} of its text; it needs about {minutes:,} minutes to read all of it once.",
        share=epochs,
        minutes=wanted,
    )


def _minutes(minutes: float) -> float:
    rounded = round(minutes, 1)
    return round(minutes) if minutes >= 2 or rounded == int(rounded) else rounded


def _corpus(record: TrainingRecord, say: Say) -> str:
    characters = record.corpus_characters
    if characters is not None and characters < USABLE_CHARACTERS:
        return note_on_amount(characters, say)
    if record.beats_baseline is not False:
        return ""
    if record.epochs is not None and record.epochs < 1:
        return ""  # more minutes are what it needs
    return say("More songs or more minutes would help.")
