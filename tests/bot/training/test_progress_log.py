import logging
from dataclasses import replace

import pytest

from bot.store.job_records import TrainingProgress
from bot.training.progress_log import ProgressLog
from tests.bot.discord_app.stubs import RUNNING

PROGRESS = TrainingProgress(250, 1000, 0.5, 5.0, None, 1234.5, 3.0, None, None, 2.5)


def test_one_line_per_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = ProgressLog()
    for seconds in (5.0, 64.0, 65.0, 100.0):
        progress = replace(PROGRESS, seconds=seconds, seconds_left=None if seconds < 10 else 30.0)
        log.tell(replace(RUNNING, id=7, progress=progress))
    assert caplog.messages == [
        "training job 7 is at 0%, 1234 characters/s, time left: not known yet",
        "training job 7 is at 68%, 1234 characters/s, time left: 30 s",
    ]
