"""Errors that nobody expected: people are told an id, under which the log has the details."""

import logging
import secrets

log = logging.getLogger(__name__)


def note(error: BaseException, where: str) -> str:
    """Log an unexpected error and return the id that identifies it in the log."""
    error_id = secrets.token_hex(4)
    log.error("error %s in %s", error_id, where, exc_info=error)
    return error_id
