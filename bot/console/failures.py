"""What the person at the console is told when something fails that should not."""

from bot import unexpected


def unexplained(error: Exception, where: str) -> str:
    """Log an unexpected error, and say where to find it."""
    return f"Something went wrong; the log has details under error {unexpected.note(error, where)}."
