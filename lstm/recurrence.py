"""One step of all streams of a voice: characters in, logits of the next ones out.

The equations and the layout are those of `lstm.layer`, without what only a gradient needs. Everything lies in arrays
that are made when the number of streams changes, and their views too: at one stream and H = 128 a whole
step, sampling included, takes 28 microseconds, and each view that is not made counts.
"""

from __future__ import annotations

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.voice import Memory, Voice

GEMV_SIZE = 500_000
"""Elements of a weight matrix from which matrix-vector products beat a matrix product of two or three columns."""


class Recurrence:
    """The states of B streams, as columns."""

    def __init__(self, voice: Voice, hidden: list[FloatArray], cell: list[FloatArray]) -> None:
        """``hidden`` and ``cell``: one (H, B) array a layer, which become this object's own."""
        self.voice, self.hidden, self.cell = voice, hidden, cell
        H, B = hidden[0].shape
        self.B = B
        z, looked_up = np.empty((4 * H, B), np.float32), np.empty((4 * H, B), np.float32)
        product, logits = np.empty((H, B), np.float32), np.empty((voice.shape.V, B), np.float32)
        below = [np.empty((2 * H, B), np.float32) for _ in hidden[1:]]
        output_bias = voice.output_bias
        if B == 1:
            # Vectors instead of matrices of one column: each call is cheaper by a tenth of a microsecond or more.
            z, looked_up, product, logits = z[:, 0], looked_up[:, 0], product[:, 0], logits[:, 0]
            hidden, cell, below = [h[:, 0] for h in hidden], [c[:, 0] for c in cell], [x[:, 0] for x in below]
            output_bias = output_bias[:, 0]
        self._z, self._looked_up, self._product, self._logits = z, looked_up, product, logits
        self._hidden, self._cell, self._below, self._output_bias = hidden, cell, below, output_bias
        self._sigmoids = z[: 3 * H]
        self._o, self._i, self._f, self._g = (z[k * H : (k + 1) * H] for k in range(4))

    @classmethod
    def none(cls, voice: Voice) -> Recurrence:
        """Of no stream."""
        shape = voice.shape
        empty = [np.empty((shape.H, 0), np.float32) for _ in range(shape.L)]
        return cls(voice, empty, [array.copy() for array in empty])

    def joined_by(self, memories: list[Memory]) -> Recurrence:
        """These streams, and further ones that begin from some memories."""
        layers = range(self.voice.shape.L)
        return Recurrence(
            self.voice,
            [np.column_stack([self.hidden[k], *(memory.hidden[k] for memory in memories)]) for k in layers],
            [np.column_stack([self.cell[k], *(memory.cell[k] for memory in memories)]) for k in layers],
        )

    def only(self, columns: list[int]) -> Recurrence:
        """Some of these streams."""
        # An index would leave the columns in Fortran's order, to be copied once more: `take` is four times as fast.
        return Recurrence(
            self.voice,
            [hidden.take(columns, axis=1) for hidden in self.hidden],
            [cell.take(columns, axis=1) for cell in self.cell],
        )

    def memory(self, column: int, pending: int) -> Memory:
        """What a stream remembers, with the character that it has not read yet."""
        return Memory(
            np.stack([hidden[:, column] for hidden in self.hidden]),
            np.stack([cell[:, column] for cell in self.cell]),
            pending,
        )

    def read(self, ids: IntArray) -> FloatArray:
        """Each stream reads its character, (B,); returns the logits of the next ones less their maximum.

        (V, B), or (V,) for a single stream: the same array at every call.
        """
        z, product, sigmoids = self._z, self._product, self._sigmoids
        multiply, add, tanh = np.multiply, np.add, np.tanh
        for k, weights in enumerate(self.voice.layers):
            hidden, cell = self._hidden[k], self._cell[k]
            if weights.table is not None:
                _product(weights.forward, hidden, z)
                if self.B == 1:
                    add(z, weights.table[:, ids[0]], out=z)
                else:
                    weights.table.take(ids, axis=1, out=self._looked_up, mode="wrap")
                    add(z, self._looked_up, out=z)
            else:
                below, H = self._below[k - 1], len(hidden)
                below[:H], below[H:] = self._hidden[k - 1], hidden
                _product(weights.forward, below, z)
                add(z, weights.bias[:, 0] if self.B == 1 else weights.bias, out=z)
            tanh(z, out=z)
            multiply(sigmoids, 0.5, out=sigmoids)
            add(sigmoids, 0.5, out=sigmoids)
            multiply(cell, self._f, out=cell)
            multiply(self._i, self._g, out=product)
            add(cell, product, out=cell)
            tanh(cell, out=product)
            multiply(self._o, product, out=hidden)
        logits = self._logits
        _product(self.voice.output, self._hidden[-1], logits)
        add(logits, self._output_bias, out=logits)
        np.subtract(logits, logits.max(axis=0), out=logits)
        return logits


def _product(weights: FloatArray, columns: FloatArray, out: FloatArray) -> None:
    """``weights @ columns`` into ``out``; two or three columns one by one, which is 2.4 times as fast at H = 512."""
    if columns.ndim == 1:
        np.dot(weights, columns, out=out)
    elif columns.shape[1] in (2, 3) and weights.size > GEMV_SIZE:
        for k in range(columns.shape[1]):
            out[:, k] = weights @ columns[:, k]
    else:
        np.matmul(weights, columns, out=out)
