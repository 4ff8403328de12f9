"""What a user typed to start a song, cleaned."""

from lstm.text.cleaning import clean


def clean_seed(text: str) -> str:
    """A user's text, cleaned like a corpus; spaces before it, and one space or line break after it, are kept."""
    body = clean(text)
    if not body.strip():
        return body
    stripped = text.rstrip()
    tail = text[len(stripped) :]
    ending = "\n" if len(f"{tail}.".splitlines()) > 1 else " " if tail else ""
    return body.rstrip() + ending
