"""How a training job looks on Discord, from its place in the queue to its result."""

import discord

from bot import wording
from bot.discord_app import markdown
from bot.discord_app.message_body import MessageBody, NamedFile
from bot.services import Job, JobState, TrainingOutcome, TrainingProgress

_BAR_CELLS = 20
_LIVE, _DONE, _ENDED_BADLY = discord.Colour(0x3B82C4), discord.Colour(0x3FA66B), discord.Colour(0x9A9A9A)
_CURVE_NAME = "curve.png"


def live(job: Job) -> MessageBody:
    """Show a job that waits or runs."""
    embed = discord.Embed(title=f"Training {_name(job)}", description=_standing(job), colour=_LIVE)
    embed.set_footer(text=f"job {job.id} · at most {job.minutes:g} min")
    return MessageBody(embeds=[embed])


def ended(job: Job, curve_png: bytes | None) -> MessageBody:
    """Show the result of a job, with its training curve where there is one."""
    colour = _DONE if job.state is JobState.SUCCEEDED else _ENDED_BADLY
    embed = discord.Embed(title=f"Training {_name(job)}", description=result(job), colour=colour)
    embed.set_footer(text=f"job {job.id}")
    embed.timestamp = job.ended_at
    if curve_png is None:
        return MessageBody(embeds=[embed])
    embed.set_image(url=f"attachment://{_CURVE_NAME}")
    return MessageBody(embeds=[embed], files=[NamedFile(_CURVE_NAME, curve_png)])


def forgotten(job: Job) -> MessageBody:
    """Show that a job went away with its artist."""
    embed = discord.Embed(
        title=f"Training {_name(job)}", description="This artist was forgotten, and its training.", colour=_ENDED_BADLY
    )
    return MessageBody(embeds=[embed])


def result(job: Job) -> str:
    """Say how a job ended, in Markdown."""
    if job.state is JobState.CANCELLED:
        return "Cancelled."
    if job.state is JobState.FAILED or job.outcome is None:
        return "Failed for an unknown reason." if job.reason is None else f"Failed: {markdown.escape(job.reason)}"
    return _outcome(job.outcome)


def in_a_line(job: Job) -> str:
    """Show a job among others."""
    who = f"{job.id} · {_name(job)}"
    match job.state:
        case JobState.QUEUED:
            return f"**{who}** waits, place {job.place}"
        case JobState.RUNNING:
            if job.progress is None:
                return f"**{who}** is starting"
            loss, left = _bits(job.progress.train_bits_per_character), _left(job.progress)
            return f"**{who}** runs: {wording.share_done(job):.0%}, loss {loss}, time left: {left}"
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
    held_out = f"Held-out songs: {_bits(progress.best_bits_per_character)}"
    if progress.rival_bits_per_character is not None:
        held_out += f" (n-gram rival: {progress.rival_bits_per_character:.3f})"
    return "\n".join(
        [
            f"`{'█' * filled}{'░' * (_BAR_CELLS - filled)}` {share:.0%}",
            f"Loss: {_bits(progress.train_bits_per_character)}",
            held_out,
            f"Speed: {progress.characters_per_second:,.0f} characters/s, epoch {progress.epoch:.1f}",
            f"Time left: {_left(progress)}",
        ]
    )


def _left(progress: TrainingProgress) -> str:
    return "no telling yet" if progress.seconds_left is None else duration(progress.seconds_left)


def _bits(bits_per_character: float | None) -> str:
    return "not measured yet" if bits_per_character is None else f"{bits_per_character:.3f} bits per character"


def _outcome(outcome: TrainingOutcome) -> str:
    lines = [f"Done. {markdown.escape(wording.verdict(outcome))}"]
    if outcome.characters_seen is not None and outcome.seconds is not None:
        lines.append(f"Learned from {outcome.characters_seen:,} characters in {duration(outcome.seconds)}.")
    if outcome.taste is not None:
        lines += [f"> {line}" for line in markdown.escape(outcome.taste).splitlines() if line.strip()]
    if outcome.takes_over:
        lines.append("Ask for a song with `/lyrics`.")
    return "\n".join(lines)
