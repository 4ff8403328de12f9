"""The default settings of a training, by what it starts from and how much text there is.

Every number was chosen on songs held out for choosing (see tests/benchmarks/QUALITY.md), none on the test songs.
"""

from dataclasses import dataclass

from lstm.network.dropout import Dropout


@dataclass(frozen=True)
class Recipe:
    """The defaults for one corpus."""

    epochs: float
    learning_rate: float
    dropout: Dropout
    batch: int
    unroll: int
    warm_up: float
    patience: int
    hidden: int = 512
    layers: int = 1
    embedding: int = 64


RANK = 24
"""Of an artist's adapters: 0.75 MB in float16. Ranks 16, 32 and 64 were within 0.01 bits of each other."""


def fine_tuning(subwords: bool = True, adapters: bool = False) -> Recipe:
    """From a base that can read the corpus. A few epochs do; more of them only learn the songs by heart."""
    return Recipe(
        epochs=4.0,
        # Twice the batch and half the unrolling of what is usual: as many updates, and larger matrix products.
        batch=32,
        unroll=20 if subwords else 32,
        learning_rate=3e-3 if adapters else 1e-3,
        dropout=Dropout(output=0.3),
        warm_up=0.1,
        patience=8,
    )


MANY_CHARACTERS = 500
"""With this many different characters (Chinese, Japanese) each of them is rare, and too easily learned by heart."""


def from_scratch(characters: int, different: int, hidden: int | None = None) -> Recipe:
    """From random weights: a high rate annealed to zero, and dropout by how often the text is read.

    ``characters`` of text, ``different`` ones in the vocabulary.
    """
    H = hidden or (256 if characters < 3_000_000 else 512)
    unroll, learning_rate = 64, 1e-2 if H <= 256 else 4e-3
    if different >= MANY_CHARACTERS and characters < 400_000:
        batch, unroll, learning_rate = 8, 32, 4e-3
        epochs, dropout = 8.0, Dropout(input=0.2, output=0.5, recurrent_weights=0.3)
    elif characters < 400_000:
        batch, epochs, dropout = 16, 15.0, Dropout(output=0.3, recurrent_weights=0.3)
    elif characters < 3_000_000:
        batch, epochs, dropout = 16, 8.0, Dropout(output=0.1, recurrent_weights=0.1)
    else:
        batch, epochs, dropout = 32, 4.0, Dropout(output=0.05)
    return Recipe(
        epochs=epochs,
        learning_rate=learning_rate,
        dropout=dropout,
        batch=batch,
        unroll=unroll,
        warm_up=0.05,
        patience=8,
        hidden=H,
    )
