"""Dropout: the probabilities, and the masks of one chunk."""

from dataclasses import dataclass

import numpy as np

from lstm.arrays import FloatArray
from lstm.network.parameters import Shape


@dataclass(frozen=True)
class Dropout:
    """Probabilities of dropping; 0 drops nothing.

    ``input``: elements of a unit's embedding; ``output``: hidden units between layers and before the softmax. Both are
    drawn once per chunk and stream and kept for all its time steps (Gal & Ghahramani 2016, section 4), which measured
    the same as fresh masks at each step and costs nothing. ``recurrent_weights``: elements of W_hh, drawn once per
    chunk (DropConnect; Merity, Keskar & Socher 2017, section 2).
    """

    input: float = 0.0
    output: float = 0.0
    recurrent_weights: float = 0.0


NO_DROPOUT = Dropout()


def dropout_mask(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    drop: float,
    dtype: np.dtype[np.floating] | type[np.floating] = np.float32,
) -> FloatArray:
    """Zeros with probability ``drop``, else 1 / (1 - drop), which keeps the mean (inverted dropout)."""
    return ((rng.random(shape, dtype=np.float32) >= drop) / (1 - drop)).astype(dtype)


@dataclass(frozen=True)
class Masks:
    """Dropout masks of one chunk; None where nothing is dropped.

    ``embedding`` (V, E); ``output``, one (H, B) per layer; ``recurrent_weights``, one (4H, H) per layer.
    """

    embedding: FloatArray | None = None
    output: list[FloatArray] | None = None
    recurrent_weights: list[FloatArray] | None = None

    @classmethod
    def draw(
        cls,
        shape: Shape,
        B: int,
        dropout: Dropout,
        rng: np.random.Generator | None,
        dtype: np.dtype[np.floating],
    ) -> "Masks":
        """Masks for chunks of ``B`` streams; draws nothing if nothing is dropped.

        Raises:
            ValueError: something is dropped and there is no random generator.
        """
        if dropout == NO_DROPOUT:
            return cls()
        if rng is None:
            raise ValueError("dropout needs a random generator")
        H, L = shape.H, range(shape.L)
        return cls(
            dropout_mask(rng, (shape.V, shape.E), dropout.input, dtype) if dropout.input else None,
            [dropout_mask(rng, (H, B), dropout.output, dtype) for _ in L] if dropout.output else None,
            [dropout_mask(rng, (4 * H, H), dropout.recurrent_weights, dtype) for _ in L]
            if dropout.recurrent_weights
            else None,
        )
