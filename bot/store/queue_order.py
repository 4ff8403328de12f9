"""The order in which waiting trainings get their turn: in rounds, each guild one job a round."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """A queued job, as far as its turn depends on it."""

    job_id: int
    guild_id: int
    interrupted: bool
    """It was running before; it goes on before anything new begins."""


def turns(waiting: Iterable[Waiting], last_turn: Mapping[int, int]) -> list[int]:
    """Return the job ids in the order of their turns.

    Interrupted jobs come first. Then the guild whose last turn is the longest ago has the next one, with its oldest
    job: so a guild with one job waits for at most one of each other guild's, however many those have.

    Args:
        waiting: all queued jobs.
        last_turn: by guild id, a number that grows with every claim; a guild without one never had a turn.
    """
    interrupted: list[int] = []
    queues: dict[int, deque[int]] = defaultdict(deque)
    last = dict(last_turn)
    newest = max(last.values(), default=0)
    for job in sorted(waiting, key=lambda job: job.job_id):
        if job.interrupted:
            interrupted.append(job.job_id)
            last[job.guild_id] = newest = newest + 1  # going on is a turn, too
        else:
            queues[job.guild_id].append(job.job_id)
    # Guilds that tie, because neither ever had a turn, go by their oldest job.
    guilds = deque(sorted(queues, key=lambda guild: (last.get(guild, 0), queues[guild][0])))
    order = interrupted
    while guilds:
        guild = guilds.popleft()
        order.append(queues[guild].popleft())
        if queues[guild]:
            guilds.append(guild)
    return order
