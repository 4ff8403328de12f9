"""What can be wrong with a text that somebody brings."""


class CorpusError(ValueError):
    """A text that cannot be used; its message is one sentence for the person who brought it."""
