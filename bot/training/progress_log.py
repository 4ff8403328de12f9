"""Logs the progress of a running job about once a minute."""

import logging

from bot.store.job_records import Job

_SECONDS_A_LINE = 60.0

log = logging.getLogger(__name__)


class ProgressLog:
    """Logs the progress of one attempt at a job."""

    def __init__(self) -> None:
        self._told_at: float | None = None

    def tell(self, job: Job) -> None:
        """Write a line if the job has started to learn and the last line is long enough ago, by the job's own clock."""
        progress, left = job.progress, job.seconds_left
        if progress is None or not progress.characters_seen:
            return
        if self._told_at is not None and progress.seconds - self._told_at < _SECONDS_A_LINE:
            return
        self._told_at = progress.seconds
        log.info(
            "training job %d is at %.0f%%, %.0f characters/s, time left: %s",
            job.id,
            100 * job.share_done,
            progress.characters_per_second,
            "not known yet" if left is None else f"{left:.0f} s",
        )
