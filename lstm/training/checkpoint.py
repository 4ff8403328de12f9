"""What may be wrong with the checkpoint of an interrupted training."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be continued from; the message is one sentence that begins with "The checkpoint"."""
