"""What people read, in words that both front ends share."""

from dataclasses import replace

from bot.language import figure, tr, tr_sentence
from bot.services import (
    UNSUNG_DAYS,
    ArtistToForget,
    CorpusSummary,
    HeldBack,
    Job,
    Song,
    StoreError,
    TrainingOutcome,
    UnsungArtist,
    Version,
)
from lstm.model.record import TrainingRecord
from lstm.text.phrases import size
from lstm.training.verdict import verdict as verdict_on_training


def verdict(outcome: TrainingOutcome) -> str:
    """Say in a few sentences what a training achieved, and which version sings."""
    parts = [_which_sings(outcome), _quality(outcome), _progress(outcome)]
    return " ".join(part for part in parts if part)


def understood(corpus: CorpusSummary) -> str:
    """Say in a sentence what was understood of a text."""
    return corpus.sentence(tr)


def use_anyway(job: Job) -> str | None:
    """Return the command that puts a held-back version to use; None if the job's version was not held back."""
    if job.outcome is None or job.outcome.takes_over:
        return None
    return f"/rollback artist:{job.artist} version:{job.outcome.version}"


def trains_shipped(artist: str) -> str:
    """Say what training an artist that comes with the bot means, before it is confirmed."""
    return tr("{artist} comes with the bot; this trains a new version of it for everyone.", artist=artist)


def forget_warning(artist: ArtistToForget) -> str:
    """Say what forgetting an artist means, before it is confirmed."""
    everywhere = tr("It will no longer sing on any server.") if artist.of_everyone else None
    if artist.comes_with_the_bot:
        back = tr(
            "It comes with the bot, so it will be back after the next start, but without what it has learned since."
        )
        return " ".join(filter(None, (everywhere, back)))
    return " ".join(filter(None, (everywhere, tr("This can't be undone."), files_stay(artist))))


def files_stay(artist: ArtistToForget) -> str | None:
    """Say which files of an artist the bot does not delete; None if there are none."""
    if not artist.own_files:
        return None
    files = ", ".join(f"models/{name}" for name in artist.own_files)
    return tr(
        "Files that were put into the data folder stay there: {files}, with the curve and the text. "
        "Delete them by hand.",
        files=files,
    )


def unsung(artist: UnsungArtist) -> str:
    """Say what is stored of an artist that cannot sing, and what will happen to it."""
    text = {"size": size(artist.corpus_bytes), "date": f"{artist.stored_at:%Y-%m-%d}"}
    if artist.versions:
        return tr(
            "{size:s} of text, stored on {date}; versions held back: {count}. /rollback lets one of them sing, "
            "/forget removes everything.",
            count=artist.versions,
            **text,
        )
    return tr(
        "{size:s} of text, stored on {date}; no training job has succeeded. /forget deletes it now; otherwise, "
        "the bot deletes it after {days} days.",
        days=UNSUNG_DAYS,
        **text,
    )


def storage_fault(error: StoreError) -> str:
    """Tell a member that something could not be stored."""
    return tr(
        "The bot can't store anything right now: {reason}. "
        "Nothing already stored is lost. Try again later, or tell the bot's operator.",
        reason=tr(error.reason),
    )


def made_how(song: Song) -> str:
    """Return a line on how a song was made: its length, the settings that matter, the time, and its shortcomings."""
    details = [tr("{count} lines", count=song.line_count)]
    if song.rhyme not in ("none", "auto"):
        details.append(tr("rhyme {scheme}", scheme=song.rhyme))
    details += [tr("temperature {value:g}", value=song.temperature), f"{figure(song.seconds, '.1f')} s"]
    return " · ".join([*details, *shortcomings(song)])


def in_style_of(artist: str, partner: str | None) -> str:
    """Say in whose style a song is; the names as they are to be shown."""
    if partner is None:
        return tr("in the style of {artist}", artist=artist)
    return tr("in the styles of {artist} and {partner}", artist=artist, partner=partner)


def generated(artist: str, partner: str | None) -> str:
    """Say that a song is generated, and in whose style; the names as they are to be shown."""
    return tr("generated, {style}", style=in_style_of(artist, partner))


def standing(version: Version) -> tuple[str, ...]:
    """Say how good a version is and whether it sings, in a few words each."""
    notes = []
    if version.bits_per_character is not None:
        notes.append(tr("{bits:.3f} bits per character", bits=version.bits_per_character))
    if version.sings:
        notes.append(tr("sings"))
    elif version.held_back:
        notes.append(tr("held back"))
    return tuple(notes)


def shortcomings(song: Song) -> tuple[str, ...]:
    """Say what the asker should know about a song, in a few words each; empty for most songs."""
    copied, missed = song.copied_lines, song.rhymes_missed
    notes = []
    if copied:
        notes.append(tr("1 line copies the artist") if copied == 1 else tr("{n} lines copy the artist", n=copied))
    if missed:
        notes.append(tr("1 line has no rhyme") if missed == 1 else tr("{n} lines have no rhyme", n=missed))
    return tuple(notes)


def _which_sings(outcome: TrainingOutcome) -> str:
    match outcome.held_back:
        case None if outcome.takes_over:
            return tr("Version {version} sings from now on.", version=outcome.version)
        case None:
            return tr("Version {version} is kept, but the previous version still sings.", version=outcome.version)
        case HeldBack.WORSE_THAN_BASELINE if outcome.version == 1:  # how much worse comes next
            return tr("Version {version} is kept but does not sing yet.", version=outcome.version)
        case reason:
            return tr(
                "Version {version} is kept but does not take over: it is {reason}.",
                version=outcome.version,
                reason=tr(reason.value),
            )


def _quality(outcome: TrainingOutcome) -> str:
    record = outcome.record
    if record is None:  # stored by an earlier version of the bot
        ours, baseline = outcome.bits_per_character, outcome.baseline_bits_per_character
        if ours is None or baseline is None:
            return ""
        record = TrainingRecord(validation_bits_per_character=ours, baseline_bits_per_character=baseline)
    reason = None if record.start_reason is None else tr_sentence(record.start_reason)
    return verdict_on_training(replace(record, start_reason=reason), tr)


def _progress(outcome: TrainingOutcome) -> str:
    ours, before = outcome.bits_per_character, outcome.previous_bits_per_character
    if ours is None or before is None:
        return ""
    return tr(
        "On the same songs, it is {compared} the previous version ({before:.2f}).",
        compared=_compared(ours, before),
        before=before,
    )


def _compared(new: float, old: float) -> str:
    difference = round(abs(round(new, 2) - round(old, 2)), 2)  # of the figures that are shown
    if not difference:
        return tr("as good as")
    if new < old:
        return tr("{difference:.2f} better than", difference=difference)
    return tr("{difference:.2f} worse than", difference=difference)
