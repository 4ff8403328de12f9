import logging

from bot.metrics.error_count import errors_counted_in
from bot.metrics.tally import Tally


def test_errors_are_counted_and_warnings_are_not() -> None:
    tally, log = Tally(), logging.getLogger("bot.somewhere")
    with errors_counted_in(tally):
        log.warning("hm")
        log.error("oh")
        log.critical("no")
    log.error("not any more")
    assert tally.errors == 2
