"""How a training job looks on Discord, from its place in the queue to its result: one message, edited in place."""

from collections.abc import Sequence

import discord

from bot import wording
from bot.discord_app import colours, markdown
from bot.discord_app.message_body import Block, Button, Buttons, Download, MessageBody, NamedFile, Picture, Rule, Text
from bot.language import figure, tr, tr_sentence
from bot.services import CorpusSummary, Job, JobState, ReadCorpus, TrainingOutcome, TrainingProgress
from lstm.text.phrases import size

_BAR_CELLS = 16
_ENDED_BADLY = discord.Colour(0x9A9A9A)
_CURVE_NAME, _TEXT_NAME = "curve.png", "cleaned.txt"
_LONGEST_RESULT = 3_000
_CUT = "The whole text is too large for Discord: the file has the first {sent:s} of {whole:s}."


def live(job: Job, buttons: Sequence[Button] = (), understood: CorpusSummary | None = None) -> MessageBody:
    """Show a job that is waiting or running; `understood` is what was recognised in an uploaded text."""
    blocks: list[Block] = [Text(_heading(job))]
    if understood is not None:
        blocks.append(Text(markdown.escape(wording.understood(understood))))
    blocks.append(Text(_standing(job)))
    if job.progress is not None and job.progress.sample:
        blocks += [Text("-# " + tr("what it sings so far:")), Text(markdown.quoted(job.progress.sample))]
    below = [_number(job), _scope(job), tr("at most {minutes:g} min", minutes=job.minutes)]
    blocks += [Rule(), Text(f"-# {' · '.join(below)}")]
    if buttons:
        blocks.append(Buttons(buttons))
    return MessageBody(blocks=blocks, colour=colours.colour_of(job.artist))


def ended(job: Job, curve_png: bytes | None, buttons: Sequence[Button] = ()) -> MessageBody:
    """Show the result of a job: the verdict, a few lines of a song, and the training curve."""
    colour = colours.colour_of(job.artist) if job.state is JobState.SUCCEEDED else _ENDED_BADLY
    blocks: list[Block] = [Text(_heading(job)), Text(result(job))]
    if job.outcome is not None and job.outcome.sample_lines:
        blocks.append(Text(markdown.quoted(job.outcome.sample_lines)))
    files = []
    if curve_png is not None:
        files.append(NamedFile(_CURVE_NAME, curve_png))
        blocks.append(Picture(_CURVE_NAME, tr("Training curve of {artist}", artist=markdown.one_line(job.artist, 60))))
    blocks += [Rule(), Text(_below(job))]
    if buttons:
        blocks.append(Buttons(buttons))
    return MessageBody(blocks=blocks, colour=colour, files=files)


def cleaned(corpus: ReadCorpus, most_bytes: int) -> MessageBody:
    """Show a corpus as it is used for training: what was recognised in it, its first lines, and the file.

    A file of more than `most_bytes` is cut between lines.
    """
    blocks: list[Block] = [Text("### " + tr("The text used for training"))]
    if corpus.summary is not None:
        blocks.append(Text(markdown.escape(wording.understood(corpus.summary))))
    if corpus.first_lines:
        blocks.append(Text(markdown.quoted("\n".join(corpus.first_lines))))
    whole = corpus.text.encode("utf-8", "replace")
    sent = whole if len(whole) <= most_bytes else whole[: whole.rfind(b"\n", 0, most_bytes) + 1]
    blocks.append(Download(_TEXT_NAME))
    if len(sent) < len(whole):
        sizes = {"sent": size(len(sent)), "whole": size(len(whole))}
        blocks.append(Text("-# " + tr(_CUT, **sizes)))
    return MessageBody(blocks=blocks, colour=colours.OWN, files=[NamedFile(_TEXT_NAME, sent)])


def forgotten(job: Job) -> MessageBody:
    """Show that a job was deleted with its artist."""
    blocks = [Text(_heading(job)), Text(tr("This artist has been deleted, and this job with it."))]
    return MessageBody(blocks=blocks, colour=_ENDED_BADLY)


def result(job: Job) -> str:
    """Say how a job ended, in Markdown."""
    if job.state is JobState.CANCELLED:
        return tr("Cancelled.")
    if job.state is JobState.FAILED or job.outcome is None:
        if job.reason is None:
            return tr("Failed for an unknown reason.")
        return tr("Failed: {reason}", reason=markdown.escape(tr_sentence(job.reason)))
    return markdown.escape(wording.verdict(job.outcome))[:_LONGEST_RESULT]


def in_a_line(job: Job) -> str:
    """Show a job as one line of a list."""
    who = f"{job.id} · {_name(job)}" + (f" ({_scope(job)})" if job.of_everyone else "")
    match job.state:
        case JobState.QUEUED:
            return tr("**{job}** is number {place} in the queue", job=who, place=job.place)
        case JobState.RUNNING:
            if job.progress is None:
                return tr("**{job}** is starting", job=who)
            if job.is_measuring:
                return tr("**{job}** is being measured", job=who)
            share, left = job.share_done, _left(job)
            return tr("**{job}** is running: {share:.0%}, {left}", job=who, share=share, left=left)
        case _:
            when = "" if job.ended_at is None else f" {discord.utils.format_dt(job.ended_at, 'R')}"
            return f"{who} {tr(job.state.value)}{when}"


def duration(seconds: float) -> str:
    """Return a duration as people write it."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _scope(job: Job) -> str:
    """Say who can ask the artist for songs: an operator's is shared with strangers."""
    return tr("on every server") if job.of_everyone else tr("on this server only")


def _heading(job: Job) -> str:
    match job.state:
        case JobState.SUCCEEDED if job.outcome is None or job.outcome.takes_over:
            heading = tr("{artist} is ready", artist=_name(job))
        case JobState.QUEUED | JobState.RUNNING:
            heading = tr("Training {artist}", artist=_name(job))
        case _:
            heading = tr("Training of {artist}", artist=_name(job))
    return f"### {heading}"


def _number(job: Job) -> str:
    return tr("job {number}", number=job.id)


def _name(job: Job) -> str:
    return markdown.shortened(job.artist)


def _standing(job: Job) -> str:
    if job.state is JobState.QUEUED:
        return tr("In the queue.") if job.place is None else tr("Number {place} in the queue.", place=job.place)
    progress = job.progress
    if progress is None:
        return tr("Starting …")
    share = job.share_done
    filled = round(share * _BAR_CELLS)
    how_far = tr("measuring …") if job.is_measuring else f"{figure(share, '.0%')} · {_left(job)}"
    return f"{'▰' * filled}{'▱' * (_BAR_CELLS - filled)}\n{how_far}\n-# {_numbers(progress)}"


def _numbers(progress: TrainingProgress) -> str:
    baseline = progress.baseline_bits_per_character
    parts = [
        tr("loss {bits}", bits=_bits(progress.train_bits_per_character)),
        tr("held-out songs {bits}", bits=_bits(progress.best_bits_per_character)),
    ]
    if baseline is not None:
        parts[-1] += " " + tr("(n-gram baseline {bits:.2f})", bits=baseline)
    parts.append(tr("{speed:,.0f} characters/s", speed=progress.characters_per_second))
    parts.append(tr("epoch {number:.1f}", number=progress.epoch))
    return " · ".join(parts)


def _left(job: Job) -> str:
    seconds = job.seconds_left
    if seconds is None:
        return tr("time left not known yet")
    return tr("{duration} left", duration=duration(seconds))


def _bits(bits_per_character: float | None) -> str:
    if bits_per_character is None:
        return tr("not measured yet")
    return tr("{bits:.2f} bits per character", bits=bits_per_character)


def _below(job: Job) -> str:
    parts = [_number(job)]
    outcome: TrainingOutcome | None = job.outcome
    if outcome is not None and outcome.characters_seen is not None and outcome.seconds is not None:
        seen, time = outcome.characters_seen, duration(outcome.seconds)
        parts.append(tr("read {count:,} characters in {duration}", count=seen, duration=time))
    if job.ended_at is not None:
        parts.append(discord.utils.format_dt(job.ended_at, "R"))
    return f"-# {' · '.join(parts)}"
