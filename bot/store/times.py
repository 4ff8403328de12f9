"""Times in the database: UTC, ISO 8601, always with microseconds, so that they sort as text."""

from datetime import UTC, datetime


def to_text(time: datetime) -> str:
    """Convert a time zone aware datetime to text."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """Convert the result of `to_text` back."""
    return datetime.fromisoformat(text)


def from_text_or_none(text: str | None) -> datetime | None:
    """Read a column that may be empty."""
    return None if text is None else from_text(text)
