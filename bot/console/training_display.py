"""Training jobs in words, and printed as lines if there is no prompt to show them below."""

from bot import wording
from bot.console.screen import Screen
from bot.services import Job, JobState, TrainingProgress

_SECONDS_PER_LINE = 5.0


class TrainingLines:
    """Prints a line when the state of a job changes, and regularly while it runs."""

    def __init__(self, screen: Screen) -> None:
        """Print on `screen`."""
        self._screen = screen
        self._shown: Job | None = None

    def show(self, job: Job) -> None:
        """Show the job, if there is news."""
        if self._shown is not None and not self._is_news(self._shown, job):
            return
        self._shown = job
        if job.state.has_ended:
            show_result(self._screen, job)
        else:
            self._screen.say(f"job {job.id}, {job.artist}: {describe(job)}")

    @staticmethod
    def _is_news(shown: Job, job: Job) -> bool:
        if (shown.state, shown.place) != (job.state, job.place) or (shown.progress is None) != (job.progress is None):
            return True
        if shown.progress is None or job.progress is None:
            return False
        return job.progress.seconds - shown.progress.seconds >= _SECONDS_PER_LINE


def show_result(screen: Screen, job: Job) -> None:
    """Print how a job ended, with a few lines by the new artist."""
    screen.say(f"job {job.id}, {job.artist}: {describe(job)}")
    if job.outcome is not None and job.outcome.sample_lines is not None:
        screen.aside("\n".join(f"    {line}" for line in job.outcome.sample_lines.splitlines()))
    if (command := wording.use_anyway(job)) is not None:
        screen.say(f"To use it anyway: {command}")


def describe(job: Job) -> str:
    """Return the state of a job as one line."""
    match job.state:
        case JobState.QUEUED:
            resumed = "" if job.progress is None else f"; resumes at {job.share_done:.0%}"
            return f"waiting, number {job.place} in the queue{resumed}"
        case JobState.RUNNING:
            if job.progress is None:
                return "starting"
            if job.is_measuring:
                return "measuring"
            return f"{job.share_done:.0%} · {_numbers(job, job.progress)}"
        case JobState.FAILED:
            return f"failed: {job.reason}"
        case JobState.SUCCEEDED if job.outcome is not None:
            return f"succeeded. {wording.verdict(job.outcome)}"
        case _:
            return str(job.state)


def _numbers(job: Job, progress: TrainingProgress) -> str:
    """Return as many figures as fit a line of 80 characters."""
    numbers = []
    if progress.best_bits_per_character is not None:
        numbers.append(f"held out {progress.best_bits_per_character:.2f}")
    elif progress.train_bits_per_character is not None:
        numbers.append(f"loss {progress.train_bits_per_character:.2f}")
    if progress.baseline_bits_per_character is not None:
        numbers.append(f"baseline {progress.baseline_bits_per_character:.2f}")
    left = job.seconds_left
    if left is not None:
        numbers.append(f"{left:.0f} s left")
    return " · ".join(numbers)
