"""What people read, in the words that both front ends use."""

from bot.language import tr
from bot.services import UNSUNG_DAYS, ArtistToForget, Job, Song, StoreError, TrainingOutcome, UnsungArtist


def verdict(outcome: TrainingOutcome) -> str:
    """Say in a few sentences what a training achieved, and which version sings."""
    return " ".join([_which_sings(outcome), outcome.verdict or _quality(outcome), _progress(outcome)]).rstrip()


def use_anyway(job: Job) -> str | None:
    """Say how a held-back version is put to use with a command; None if the job's version was not held back."""
    if job.outcome is None or job.outcome.takes_over:
        return None
    return f"/rollback artist:{job.artist} version:{job.outcome.version}"


def forget_warning(artist: ArtistToForget) -> str:
    """Say what forgetting an artist means, before it is confirmed."""
    if artist.comes_with_the_bot:
        return tr("It comes with the bot: it returns at the next start, without what was trained since.")
    return tr("It can't be undone.")


def unsung(artist: UnsungArtist) -> str:
    """Say what is stored of an artist that cannot sing, and what becomes of it."""
    text = f"{artist.corpus_bytes / 1000:,.0f} kB of text, stored on {artist.stored_at:%Y-%m-%d}"
    if artist.versions:
        return f"{text}; versions held back: {artist.versions}. /rollback lets one sing, /forget removes it all."
    return f"{text}; no training of it has succeeded. /forget removes it; so does the bot, {UNSUNG_DAYS} days later."


def storage_fault(error: StoreError) -> str:
    """Say to a member that something could not be stored."""
    return (
        f"The bot can't store anything right now: {error.reason}. "
        "Nothing that was stored is lost. Try again later, or tell whoever runs this bot."
    )


def shortcomings(song: Song) -> tuple[str, ...]:
    """Say what the asker should know about a song, in a few words each; empty for most songs."""
    copied, missed = song.copied_lines, song.rhymes_missed
    notes = []
    if copied:
        notes.append(tr("1 line copies the artist") if copied == 1 else tr("{n} lines copy the artist", n=copied))
    if missed:
        notes.append(tr("1 line found no rhyme") if missed == 1 else tr("{n} lines found no rhyme", n=missed))
    return tuple(notes)


def _which_sings(outcome: TrainingOutcome) -> str:
    match outcome.held_back:
        case None if outcome.takes_over:
            return tr("Version {version} sings from now on.", version=outcome.version)
        case None:
            return tr("Version {version} is kept, but the version before still sings.", version=outcome.version)
        case reason:
            return tr(
                "Version {version} is kept but does not take over: it is {reason}.",
                version=outcome.version,
                reason=tr(reason.value),
            )


def _quality(outcome: TrainingOutcome) -> str:
    ours, baseline = outcome.bits_per_character, outcome.rival_bits_per_character
    if ours is None:
        return ""
    if baseline is None:
        return tr("It needs {ours} bits per character on held-out songs.", ours=f"{ours:.2f}")
    return tr(
        "It needs {ours} bits per character on held-out songs, {compared} the n-gram baseline ({baseline}).",
        ours=f"{ours:.2f}",
        compared=_compared(ours, baseline),
        baseline=f"{baseline:.2f}",
    )


def _progress(outcome: TrainingOutcome) -> str:
    ours, before = outcome.bits_per_character, outcome.previous_bits_per_character
    if ours is None or before is None:
        return ""
    return tr(
        "On the same songs it is {compared} the version before ({before}).",
        compared=_compared(ours, before),
        before=f"{before:.2f}",
    )


def _compared(new: float, old: float) -> str:
    if round(abs(new - old), 2) == 0:
        return tr("as good as")
    difference = f"{abs(new - old):.2f}"
    if new < old:
        return tr("{difference} better than", difference=difference)
    return tr("{difference} worse than", difference=difference)
