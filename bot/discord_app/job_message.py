"""How a training job looks on Discord, from its place in the queue to its result: one message, edited in place."""

from collections.abc import Sequence

import discord

from bot import wording
from bot.discord_app import colours, markdown
from bot.discord_app.message_body import Block, Button, Buttons, MessageBody, NamedFile, Picture, Rule, Text
from bot.services import Job, JobState, TrainingOutcome, TrainingProgress

_BAR_CELLS = 16
_ENDED_BADLY = discord.Colour(0x9A9A9A)
_CURVE_NAME = "curve.png"
_LONGEST_RESULT = 3_000


def live(job: Job, buttons: Sequence[Button] = (), understood: str | None = None) -> MessageBody:
    """Show a job that waits or runs; `understood` says what was read in an uploaded text."""
    blocks: list[Block] = [Text(f"### Training {_name(job)}")]
    if understood:
        blocks.append(Text(markdown.escape(understood)))
    blocks.append(Text(_standing(job)))
    if job.progress is not None and job.progress.sample:
        blocks += [Text("-# what it sings by now:"), Text(_quoted(job.progress.sample))]
    blocks += [Rule(), Text(f"-# job {job.id} · at most {job.minutes:g} min")]
    if buttons:
        blocks.append(Buttons(buttons))
    return MessageBody(blocks=blocks, colour=colours.colour_of(job.artist))


def ended(job: Job, curve_png: bytes | None, buttons: Sequence[Button] = ()) -> MessageBody:
    """Show the result of a job: what it achieved, a few lines of a song, and the training curve."""
    colour = colours.colour_of(job.artist) if job.state is JobState.SUCCEEDED else _ENDED_BADLY
    blocks: list[Block] = [Text(f"### Training {_name(job)}"), Text(result(job))]
    if job.outcome is not None and job.outcome.taste:
        blocks.append(Text(_quoted(job.outcome.taste)))
    files = []
    if curve_png is not None:
        files.append(NamedFile(_CURVE_NAME, curve_png))
        blocks.append(Picture(_CURVE_NAME, f"The training curve of {markdown.one_line(job.artist, 60)}"))
    blocks += [Rule(), Text(_below(job))]
    if buttons:
        blocks.append(Buttons(buttons))
    return MessageBody(blocks=blocks, colour=colour, files=files)


def forgotten(job: Job) -> MessageBody:
    """Show that a job went away with its artist."""
    blocks = [Text(f"### Training {_name(job)}"), Text("This artist was forgotten, and its training.")]
    return MessageBody(blocks=blocks, colour=_ENDED_BADLY)


def result(job: Job) -> str:
    """Say how a job ended, in Markdown."""
    if job.state is JobState.CANCELLED:
        return "Cancelled."
    if job.state is JobState.FAILED or job.outcome is None:
        return "Failed for an unknown reason." if job.reason is None else f"Failed: {markdown.escape(job.reason)}"
    return markdown.escape(wording.verdict(job.outcome))[:_LONGEST_RESULT]


def in_a_line(job: Job) -> str:
    """Show a job among others."""
    who = f"{job.id} · {_name(job)}"
    match job.state:
        case JobState.QUEUED:
            return f"**{who}** is waiting, place {job.place}"
        case JobState.RUNNING:
            if job.progress is None:
                return f"**{who}** is starting"
            if wording.is_measuring(job):
                return f"**{who}** is measuring"
            return f"**{who}** is running: {wording.share_done(job):.0%}, {_left(job)}"
        case _:
            when = "" if job.ended_at is None else f" {discord.utils.format_dt(job.ended_at, 'R')}"
            return f"{who} {job.state}{when}"


def duration(seconds: float) -> str:
    """Say a duration as people do."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _name(job: Job) -> str:
    return markdown.escape(markdown.one_line(job.artist, 60))


def _standing(job: Job) -> str:
    if job.state is JobState.QUEUED:
        return f"Place {job.place} in the queue." if job.place is not None else "In the queue."
    progress = job.progress
    if progress is None:
        return "Starting …"
    share = wording.share_done(job)
    filled = round(share * _BAR_CELLS)
    how_far = "measuring …" if wording.is_measuring(job) else f"{share:.0%} · {_left(job)}"
    return f"{'▰' * filled}{'▱' * (_BAR_CELLS - filled)}\n{how_far}\n-# {_numbers(progress)}"


def _numbers(progress: TrainingProgress) -> str:
    numbers = [f"loss {_bits(progress.train_bits_per_character)}"]
    held_out = f"held-out songs {_bits(progress.best_bits_per_character)}"
    if progress.rival_bits_per_character is not None:
        held_out += f" (n-gram baseline {progress.rival_bits_per_character:.2f})"
    numbers += [held_out, f"{progress.characters_per_second:,.0f} characters/s", f"epoch {progress.epoch:.1f}"]
    return " · ".join(numbers)


def _left(job: Job) -> str:
    seconds = wording.seconds_left(job)
    return "time left not known yet" if seconds is None else f"{duration(seconds)} left"


def _bits(bits_per_character: float | None) -> str:
    return "not measured yet" if bits_per_character is None else f"{bits_per_character:.2f} bits per character"


def _quoted(lines: str) -> str:
    return "\n".join(f"> {line}" for line in markdown.escape(lines).splitlines() if line.strip()) or "> …"


def _below(job: Job) -> str:
    parts = [f"job {job.id}"]
    outcome: TrainingOutcome | None = job.outcome
    if outcome is not None and outcome.characters_seen is not None and outcome.seconds is not None:
        parts.append(f"read {outcome.characters_seen:,} characters in {duration(outcome.seconds)}")
    if job.ended_at is not None:
        parts.append(discord.utils.format_dt(job.ended_at, "R"))
    return f"-# {' · '.join(parts)}"
