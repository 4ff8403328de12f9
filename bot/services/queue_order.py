"""The order in which waiting training jobs are run: in rounds, one job per guild and round."""

import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.store import jobs
from bot.store.job_records import Job, JobState, Waiting


def turns(waiting: Iterable[Waiting], last_turn: Mapping[int, int]) -> list[int]:
    """Return the job ids in the order of their turns.

    Interrupted jobs come first. Then comes the oldest job of the guild whose last turn was longest ago, so that a guild
    with one job waits for at most one job of each other guild, however many those have queued.

    Args:
        waiting: all queued jobs.
        last_turn: by guild id, a number that grows with every claim; guilds that never had a turn are missing.
    """
    interrupted: list[int] = []
    queues: dict[int, deque[int]] = defaultdict(deque)
    last = dict(last_turn)
    newest = max(last.values(), default=0)
    for job in sorted(waiting, key=lambda job: job.job_id):
        if job.interrupted:
            interrupted.append(job.job_id)
            last[job.guild_id] = newest = newest + 1  # resuming counts as a turn, too
        else:
            queues[job.guild_id].append(job.job_id)
    # Guilds that never had a turn are ordered by their oldest job.
    guilds = deque(sorted(queues, key=lambda guild: (last.get(guild, 0), queues[guild][0])))
    order = interrupted
    while guilds:
        guild = guilds.popleft()
        order.append(queues[guild].popleft())
        if queues[guild]:
            guilds.append(guild)
    return order


def next_job(connection: sqlite3.Connection) -> int | None:
    """Return the id of the queued job that is next; None if none is queued."""
    return next(iter(_order(connection)), None)


def with_place(connection: sqlite3.Connection, job: Job) -> Job:
    """Fill in the place of a waiting job in the queue."""
    return _with_places(connection, [job])[0]


def live(connection: sqlite3.Connection, guild_id: int | None) -> list[Job]:
    """List a guild's jobs, or (None) those of all guilds: first the running ones, then the queue in order."""
    return sorted(_with_places(connection, jobs.live(connection, guild_id)), key=lambda job: (job.place or 0, job.id))


def _with_places(connection: sqlite3.Connection, found: list[Job]) -> list[Job]:
    if all(job.state is not JobState.QUEUED for job in found):
        return found
    places = {job_id: place for place, job_id in enumerate(_order(connection), 1)}
    return [replace(job, place=places.get(job.id)) for job in found]


def _order(connection: sqlite3.Connection) -> list[int]:
    return turns(jobs.waiting(connection), jobs.last_turns(connection))
