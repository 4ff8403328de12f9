"""Who may ask for a training job, see one and cancel it."""

import sqlite3

from bot.services.asking import Asker, Refusal
from bot.store import artists, jobs
from bot.store.artists import EVERYONE
from bot.store.job_records import Job


def owner(connection: sqlite3.Connection, asker: Asker, name: str) -> int:
    """Return the guild whose artist of a name the asker would train: theirs, or `EVERYONE` for a shared artist.

    An operator trains a shared one, unless they may change the guild's own artist of that name.
    """
    if asker.guild_id is None:
        return EVERYONE
    if asker.may_manage_guild and artists.find(connection, asker.guild_id, name) is not None:
        return asker.guild_id
    return EVERYONE if asker.is_operator else asker.guild_id


def job_here(connection: sqlite3.Connection, asker: Asker, job_id: int) -> Job:
    """Find a job of the asker's guild, or of any guild for an operator outside of guilds."""
    job = jobs.by_id(connection, job_id)
    if job is None or (asker.guild_id is not None and job.guild_id != asker.guild_id):
        raise Refusal(f"There is no training job {job_id} here; /jobs lists them.")
    return job


def check_may_look(asker: Asker) -> None:
    """Refuse whoever may not see the guild's training jobs."""
    if not asker.may_manage_artists:
        raise Refusal("Only members with Manage Server can see this server's training jobs.")


def may_change(asker: Asker, job: Job) -> bool:
    """Return whether the asker may cancel a job of their guild and see its text."""
    return asker.is_operator or not job.of_everyone
