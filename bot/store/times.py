"""Times as the database holds them: UTC, ISO 8601, always with microseconds, so that they sort as text."""

from datetime import UTC, datetime


def to_text(time: datetime) -> str:
    """Write a time that knows its zone."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """Read back what `to_text` wrote."""
    return datetime.fromisoformat(text)


def from_text_or_none(text: str | None) -> datetime | None:
    """Read a column that may be empty."""
    return None if text is None else from_text(text)
