"""What the log says about a running training: how far it is, about once a minute."""

import logging

from bot.store.job_records import TrainingProgress

_SECONDS_A_LINE = 60.0

log = logging.getLogger(__name__)


class ProgressLog:
    """Logs the progress of one attempt at a job."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._told_at: float | None = None

    def tell(self, progress: TrainingProgress) -> None:
        """Write a line, if something is learned and the last one was long enough ago by the training's own clock."""
        if not progress.characters_seen:
            return
        if self._told_at is not None and progress.seconds - self._told_at < _SECONDS_A_LINE:
            return
        self._told_at = progress.seconds
        left = "not known yet" if progress.seconds_left is None else f"{progress.seconds_left:.0f} s"
        log.info(
            "training job %d is at %.0f %%, %.0f characters/s, time left: %s",
            self._job_id,
            100 * progress.share,
            progress.characters_per_second,
            left,
        )
