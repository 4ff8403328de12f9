"""The error of a checkpoint that no training can continue from."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message is one sentence that begins with "The checkpoint"."""
