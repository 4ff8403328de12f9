"""Errors of trainings."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message is one sentence that begins with "The checkpoint"."""
