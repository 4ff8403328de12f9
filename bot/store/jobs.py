"""The durable queue of training jobs.

queued -> running -> succeeded, failed or cancelled. A runner claims a job with a lease, which it renews; every later
change names that lease, so that a runner that has lost it can change nothing.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from bot.store import corpora, times
from bot.store.artists import EVERYONE
from bot.store.job_records import Job, JobState, NewJob, TrainingOutcome, TrainingProgress, Waiting

T = TypeVar("T")

UNREADABLE = "Its record in the database could not be read. Train it again."

log = logging.getLogger(__name__)

_SELECT = """
    SELECT jobs.*, artists.name AS artist, artists.guild_id AS artist_guild_id
    FROM jobs JOIN artists ON artists.id = jobs.artist_id
"""


def enqueue(connection: sqlite3.Connection, job: NewJob, now: datetime) -> Job:
    """Add a job at the end of its guild's queue; its artist must have no live job."""
    cursor = connection.execute(
        """INSERT INTO jobs (artist_id, guild_id, asked_by, channel_id, state, minutes, random_seed, queued_at)
        VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)""",
        (
            job.artist_id,
            job.guild_id,
            job.asked_by,
            job.channel_id,
            job.minutes,
            job.random_seed,
            times.to_text(now),
        ),
    )
    assert cursor.lastrowid is not None
    queued = by_id(connection, cursor.lastrowid)
    assert queued is not None
    return queued


def claim(connection: sqlite3.Connection, job_id: int, lease: str, lease_until: datetime, now: datetime) -> Job | None:
    """Mark a queued job as running under a new lease; None if it is no longer queued."""
    claimed = connection.execute(
        """UPDATE jobs SET state = 'running', lease = :lease, lease_until = :until,
            turn = (SELECT coalesce(max(turn), 0) + 1 FROM jobs), started_at = coalesce(started_at, :now)
        WHERE id = :id AND state = 'queued' RETURNING id""",
        {"lease": lease, "until": times.to_text(lease_until), "now": times.to_text(now), "id": job_id},
    ).fetchone()
    return None if claimed is None else by_id(connection, job_id)


def renew(
    connection: sqlite3.Connection,
    job_id: int,
    lease: str,
    lease_until: datetime,
    progress: TrainingProgress | None,
) -> bool:
    """Renew a lease and store the progress, if any; False if the lease is lost."""
    return (
        connection.execute(
            "UPDATE jobs SET lease_until = ?, progress = coalesce(?, progress) WHERE id = ? AND lease = ?",
            (times.to_text(lease_until), None if progress is None else progress.to_json(), job_id, lease),
        ).rowcount
        == 1
    )


def release(connection: sqlite3.Connection, expired_by: datetime | None = None) -> int:
    """Put running jobs back into the queue, to continue from their checkpoints; return how many.

    A lost runner is not the job's fault, so it costs no attempt.

    Args:
        connection: of the writer.
        expired_by: only jobs whose lease ended before; None: all, when the only runner starts.
    """
    return connection.execute(
        """UPDATE jobs SET state = 'queued', lease = NULL, lease_until = NULL
        WHERE state = 'running' AND (:time IS NULL OR lease_until < :time)""",
        {"time": None if expired_by is None else times.to_text(expired_by)},
    ).rowcount


def fail_unreadable(connection: sqlite3.Connection, now: datetime) -> list[int]:
    """Fail the live jobs whose rows cannot be read, so that they do not block others; return their ids."""
    unreadable = []
    for row in connection.execute(f"{_SELECT} WHERE jobs.state IN ('queued', 'running')").fetchall():
        try:
            _job(row)
        except (ValueError, TypeError):
            unreadable.append(row["id"])
            connection.execute(
                """UPDATE jobs SET state = 'failed', lease = NULL, lease_until = NULL, progress = NULL,
                    reason = :reason,
                    queued_at = :now, started_at = NULL, ended_at = :now WHERE id = :id""",
                {"now": times.to_text(now), "id": row["id"], "reason": UNREADABLE},
            )
    if unreadable:
        corpora.restore_former(connection)
    return unreadable


def hand_back(connection: sqlite3.Connection, job_id: int, lease: str) -> bool:
    """Put a claimed job back into the queue, unfinished; False if the lease is lost."""
    return (
        connection.execute(
            "UPDATE jobs SET state = 'queued', lease = NULL, lease_until = NULL WHERE id = ? AND lease = ?",
            (job_id, lease),
        ).rowcount
        == 1
    )


def count_attempt(connection: sqlite3.Connection, job_id: int, lease: str) -> int | None:
    """Count a worker that died or failed on a claimed job; return the attempts so far, None if the lease is lost."""
    row = connection.execute(
        "UPDATE jobs SET attempts = attempts + 1 WHERE id = ? AND lease = ? RETURNING attempts", (job_id, lease)
    ).fetchone()
    return None if row is None else row["attempts"]


def succeed(connection: sqlite3.Connection, job_id: int, lease: str, outcome: TrainingOutcome, now: datetime) -> bool:
    """Mark a claimed job as successful; False if the lease is lost."""
    return _end(connection, job_id, lease, JobState.SUCCEEDED, now, outcome=outcome.to_json())


def fail(connection: sqlite3.Connection, job_id: int, lease: str, reason: str, now: datetime) -> bool:
    """Mark a claimed job as failed, for a reason in one sentence; False if the lease is lost.

    Its artist gets its former text back.
    """
    has_ended = _end(connection, job_id, lease, JobState.FAILED, now, reason=reason)
    corpora.restore_former(connection)
    return has_ended


def cancel(connection: sqlite3.Connection, job_id: int, now: datetime) -> bool:
    """Cancel a queued or running job; False if it has already ended. Its artist gets its former text back."""
    cancelled = connection.execute(
        """UPDATE jobs SET state = 'cancelled', lease = NULL, lease_until = NULL, progress = NULL, ended_at = ?
        WHERE id = ? AND state IN ('queued', 'running')""",
        (times.to_text(now), job_id),
    ).rowcount
    corpora.restore_former(connection)
    return cancelled == 1


def remember_message(connection: sqlite3.Connection, job_id: int, channel_id: int, message_id: int) -> None:
    """Store which message shows a job."""
    connection.execute("UPDATE jobs SET channel_id = ?, message_id = ? WHERE id = ?", (channel_id, message_id, job_id))


def announced(connection: sqlite3.Connection, job_id: int, now: datetime) -> None:
    """Note that a job's end has been announced."""
    connection.execute(
        "UPDATE jobs SET announced_at = coalesce(announced_at, ?) WHERE id = ?", (times.to_text(now), job_id)
    )


def forget_asker(connection: sqlite3.Connection, user_id: int) -> int:
    """Forget that a person asked for jobs; return how many."""
    return connection.execute("UPDATE jobs SET asked_by = NULL WHERE asked_by = ?", (user_id,)).rowcount


def forget_askers_before(connection: sqlite3.Connection, time: datetime) -> int:
    """Forget who asked for jobs that ended before a time; return how many."""
    return connection.execute(
        "UPDATE jobs SET asked_by = NULL WHERE asked_by IS NOT NULL AND ended_at < ?", (times.to_text(time),)
    ).rowcount


def by_id(connection: sqlite3.Connection, job_id: int) -> Job | None:
    """Return a job; None if it is gone."""
    found = _jobs(connection, "WHERE jobs.id = ?", (job_id,))
    return found[0] if found else None


def live_of_artist(connection: sqlite3.Connection, artist_id: int) -> Job | None:
    """Return an artist's queued or running job."""
    found = _jobs(connection, "WHERE jobs.artist_id = ? AND jobs.state IN ('queued', 'running')", (artist_id,))
    return found[0] if found else None


def waiting(connection: sqlite3.Connection) -> list[Waiting]:
    """List the queued jobs of all guilds."""
    rows = connection.execute("SELECT id, guild_id, turn FROM jobs WHERE state = 'queued'")
    return [Waiting(row["id"], row["guild_id"], row["turn"] is not None) for row in rows]


def last_turns(connection: sqlite3.Connection) -> dict[int, int]:
    """Return, by guild id, when a job of the guild was last claimed, counted in claims."""
    rows = connection.execute("SELECT guild_id, max(turn) AS turn FROM jobs WHERE turn IS NOT NULL GROUP BY guild_id")
    return {row["guild_id"]: row["turn"] for row in rows}


def count_waiting(connection: sqlite3.Connection, guild_id: int) -> int:
    """Count a guild's queued jobs."""
    count: int = connection.execute(
        "SELECT count(*) FROM jobs WHERE guild_id = ? AND state = 'queued'", (guild_id,)
    ).fetchone()[0]
    return count


def count_by_state(connection: sqlite3.Connection) -> dict[JobState, int]:
    """Count the jobs of every state."""
    rows = connection.execute("SELECT state, count(*) AS jobs FROM jobs GROUP BY state")
    return dict.fromkeys(JobState, 0) | {JobState(row["state"]): row["jobs"] for row in rows}


def live(connection: sqlite3.Connection, guild_id: int | None) -> list[Job]:
    """List the running and queued jobs of a guild, or (None) of all guilds, oldest first."""
    return _jobs(
        connection,
        "WHERE jobs.state IN ('queued', 'running') AND jobs.guild_id = coalesce(?, jobs.guild_id) ORDER BY jobs.id",
        (guild_id,),
    )


def ended(connection: sqlite3.Connection, guild_id: int | None, limit: int) -> list[Job]:
    """List the jobs that ended last, newest first, of a guild or (None) of all guilds."""
    return _jobs(
        connection,
        """WHERE jobs.ended_at IS NOT NULL AND jobs.guild_id = coalesce(?, jobs.guild_id)
        ORDER BY jobs.ended_at DESC, jobs.id DESC LIMIT ?""",
        (guild_id, limit),
    )


def unannounced(connection: sqlite3.Connection) -> list[Job]:
    """List the jobs from a channel, live or ended, whose end has not been announced."""
    return _jobs(connection, "WHERE jobs.announced_at IS NULL AND jobs.channel_id IS NOT NULL ORDER BY jobs.id", ())


def of_person(connection: sqlite3.Connection, user_id: int) -> list[Job]:
    """List the jobs that a person asked for."""
    return _jobs(connection, "WHERE jobs.asked_by = ? ORDER BY jobs.id", (user_id,))


def _end(
    connection: sqlite3.Connection,
    job_id: int,
    lease: str,
    state: JobState,
    now: datetime,
    *,
    outcome: str | None = None,
    reason: str | None = None,
) -> bool:
    return (
        connection.execute(
            """UPDATE jobs SET state = ?, lease = NULL, lease_until = NULL, progress = NULL, outcome = ?, reason = ?,
                ended_at = ? WHERE id = ? AND lease = ?""",
            (state, outcome, reason, times.to_text(now), job_id, lease),
        ).rowcount
        == 1
    )


def _jobs(connection: sqlite3.Connection, condition: str, parameters: Iterable[object]) -> list[Job]:
    found = []
    for row in connection.execute(f"{_SELECT} {condition}", tuple(parameters)):
        try:
            found.append(_job(row))
        except (ValueError, TypeError) as error:
            log.warning("cannot read the row of job %d: %s", row["id"], error)
    return found


def _read(from_json: Callable[[str], T], row: sqlite3.Row, column: str) -> T | None:
    """Read a JSON column; None if it is empty or unreadable, because what is only shown must not stop the job."""
    try:
        return None if row[column] is None else from_json(row[column])
    except ValueError as error:
        log.warning("cannot read the %s of job %d: %s", column, row["id"], error)
        return None


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        artist_id=row["artist_id"],
        artist=row["artist"],
        of_everyone=row["artist_guild_id"] == EVERYONE,
        guild_id=row["guild_id"] or None,
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        asked_by=row["asked_by"],
        state=JobState(row["state"]),
        minutes=row["minutes"],
        random_seed=row["random_seed"],
        attempts=row["attempts"],
        queued_at=times.from_text(row["queued_at"]),
        started_at=times.from_text_or_none(row["started_at"]),
        ended_at=times.from_text_or_none(row["ended_at"]),
        place=None,
        progress=_read(TrainingProgress.from_json, row, "progress"),
        outcome=_read(TrainingOutcome.from_json, row, "outcome"),
        reason=row["reason"],
    )
