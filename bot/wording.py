"""What people read, in the words that both front ends use."""

from bot.services import Job, Song, TrainingOutcome


def verdict(outcome: TrainingOutcome) -> str:
    """Say in a sentence or two what a training achieved."""
    new, old = outcome.bits_per_character, outcome.previous_bits_per_character
    text = f"Version {outcome.version} sings from now on"
    if not outcome.takes_over:
        text = f"Version {outcome.version} is kept, but the version before still sings"
    if new is None:
        return f"{text}."
    text += f": {new:.2f} bits per character on held-out songs"
    if old is not None:
        text += f", {_compared(new, old)} before"
    if outcome.rival_bits_per_character is not None:
        text += f"; the n-gram baseline reaches {outcome.rival_bits_per_character:.2f}"
    if outcome.is_foreign:
        text += ". The base model cannot read this corpus (another language or script), so it was learned from scratch"
    return f"{text}."


def shortcomings(song: Song) -> tuple[str, ...]:
    """Say what the asker should know about a song, in a few words each; empty for most songs."""
    copied, missed = song.copied_lines, song.rhymes_missed
    notes = []
    if copied:
        notes.append("1 line copies the artist" if copied == 1 else f"{copied} lines copy the artist")
    if missed:
        notes.append("1 line found no rhyme" if missed == 1 else f"{missed} lines found no rhyme")
    return tuple(notes)


def share_done(job: Job) -> float:
    """Return how much of a job is done, from 0 to 1, by time: minutes or epochs may end it."""
    if job.state.has_ended:
        return 1.0
    progress = job.progress
    if progress is None or progress.seconds_left is None or progress.seconds <= 0:
        return 0.0
    return progress.seconds / (progress.seconds + progress.seconds_left)


def _compared(new: float, old: float) -> str:
    if round(abs(new - old), 2) == 0:
        return "as"
    return f"{abs(new - old):.2f} {'better' if new < old else 'worse'} than"
