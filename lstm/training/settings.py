"""The choices that a user has in a training."""

from dataclasses import dataclass

from lstm.network.dropout import Dropout


@dataclass(frozen=True)
class TrainingSettings:
    """What a user may choose about a training; None leaves it to the recipe (`lstm.training.recipe`)."""

    minutes: float | None = None
    """The longest it may take, preparation included."""
    epochs: float | None = None
    """Passes over the text."""
    hidden: int | None = None
    layers: int | None = None
    embedding: int | None = None
    batch: int | None = None
    unroll: int | None = None
    optimiser: str = "adam"
    """A key of `lstm.network.optimiser.OPTIMISERS`."""
    learning_rate: float | None = None
    dropout: Dropout | None = None
    held_out: float = 0.1
    """Share of the text that is held out to measure by."""
    random_seed: int = 0
    samples: bool = False
    """Whether evaluations come with a sample verse."""
