"""What a user typed to start a song, cleaned."""

from lstm.text.cleaning import clean


def clean_seed(text: str) -> str:
    """A reader's text cleaned as corpora are, but with the space or line break that it may begin or end with kept."""
    body = clean(text)
    if not body.strip():
        return body
    stripped = text.rstrip()
    tail = text[len(stripped) :]
    ending = "\n" if len(f"{tail}.".splitlines()) > 1 else " " if tail else ""
    return body.rstrip() + ending
