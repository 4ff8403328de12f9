"""Whether a model is good, in plain sentences that people read under a finished training."""

from lstm.model.record import TrainingRecord

AS_GOOD = 0.01
"""Bits per character within which two figures count as equal."""
TINY_CHARACTERS = 20_000
"""Corpora below this size are too small for their model to beat the n-gram by more than chance."""


def verdict(record: TrainingRecord, minutes: float | None) -> str:
    """The sentences. ``minutes`` is the limit that the training had, if any."""
    parts = [_quality(record), _reading(record, minutes), record.start_reason or "", _corpus(record)]
    return " ".join(part for part in parts if part)


def _quality(record: TrainingRecord) -> str:
    ours, baseline = record.validation_bits_per_character, record.baseline_bits_per_character
    if ours is None or baseline is None:
        return "It could not be measured on held-out songs."
    figures = f"{ours:.2f} bits per character against {baseline:.2f}, lower is better"
    if abs(ours - baseline) < AS_GOOD:
        return f"It predicts held-out songs about as well as a simple n-gram ({figures})."
    word = "better" if ours < baseline else "worse"
    return f"It predicts held-out songs {word} than a simple n-gram, by {abs(ours - baseline):.2f} ({figures})."


def _reading(record: TrainingRecord, minutes: float | None) -> str:
    epochs = record.epochs
    if epochs is None:
        return ""
    if epochs >= 0.95:
        return f"It read its text {_times(epochs)}."
    if minutes is None or record.stopped != "minutes":
        return f"It read {epochs:.0%} of its text."
    wanted = _minutes(minutes / max(epochs, 1e-3))
    return f"It read only {_percent(epochs)} of its text; about {wanted} minutes would let it read all of it once."


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "less than 1%"


def _times(epochs: float) -> str:
    rounded = f"{epochs:.1f}".removesuffix(".0")
    return {"1": "once", "2": "twice"}.get(rounded, f"{rounded} times")


def _minutes(minutes: float) -> str:
    return f"{minutes:.1f}".removesuffix(".0") if minutes < 2 else f"{minutes:,.0f}"


def _corpus(record: TrainingRecord) -> str:
    if record.beats_baseline is not False:
        return ""
    characters = record.corpus_characters
    if characters is not None and characters < TINY_CHARACTERS:
        return (
            f"With {characters:,} characters there is too little to learn from: "
            f"bring {TINY_CHARACTERS:,} or more, some twenty songs."
        )
    if record.epochs is not None and record.epochs < 1:
        return ""  # more minutes are what it needs
    return "More songs or more minutes would help."
