"""One step of all streams of a voice: units in, logits of the next units out.

The equations are those of `lstm.network.layer`, without what only a gradient needs. A stream is a row of every array.
The products decide how rows lie in memory (`lstm.network.gemm`): one after another, so that a row of the table is
copied as a whole, or by columns where that multiplies faster. All arrays of a step have the same layout.

A layer's hidden state is multiplied once per step, as soon as it is known, by every matrix that will need it:

    [W_h h_t,  W_x' h_t]  =  h_t [W_h; W_x']^T        (B, 4H + 4H), or (B, 4H + V) with W_out in place of W_x' on top

its own recurrence for the next step, and the input of the layer above or the logits: L products per step instead of
L + 1, and larger ones (saves 10 % of a step at one stream). So W_h h_t is part of a stream's state (`Memory`). The
weights may be a base's, shared by many artists; an artist's adapters are then added as products of low rank.

All arrays and their views are allocated when the number of streams changes: at one stream and H = 128 a whole step,
sampling included, takes 20 microseconds, and each view that need not be made counts.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.weights import Memory, Voice
from lstm.network.gemm import Product

HALF = np.array(0.5, np.float32)
"""An array, since NumPy converts Python's 0.5 at each call, which takes 0.3 microseconds."""


def _as_gates(rows: FloatArray, H: int, by_columns: bool) -> FloatArray:
    """(B, 4H) -> (4, B, H), a view."""
    if by_columns:
        return rows.T.reshape(4, H, len(rows)).transpose(0, 2, 1)
    return rows.reshape(len(rows), 4, H).transpose(1, 0, 2)


class _Layer:
    """The state of the streams in one layer, as rows."""

    def __init__(self, voice: Voice, k: int, B: int) -> None:
        H = voice.shape.H
        self.product = Product(voice.products[k], B)
        self.hidden = self.product.rows
        """h, (B, H)."""
        self.cell = np.zeros_like(self.hidden)
        self.recurrent = self.product.out[:, : 4 * H]
        """W_h h, (B, 4H)."""
        self.above = self.product.out[:, 4 * H : (8 * H if k + 1 < voice.shape.L else 4 * H + voice.shape.V)]
        """W_x h of the layer above, (B, 4H), or W_out h, (B, V)."""
        self._low_rank = voice.low_rank[k] if voice.low_rank else None

    def multiply(self) -> None:
        """Multiply the hidden states by the layer's matrices, and by the artist's adapters of them."""
        self.product()
        if (low := self._low_rank) is not None:
            rank = len(low.recurrent)
            inner = self.hidden @ low.down
            self.recurrent += inner[:, :rank] @ low.recurrent
            self.above += inner[:, rank:] @ low.above


def _copy(to: _Layer, of: _Layer, rows: IntArray) -> None:
    """Copy the states of some streams to the first rows of another layer."""
    n = len(rows)
    to.hidden[:n], to.cell[:n], to.recurrent[:n] = of.hidden[rows], of.cell[rows], of.recurrent[rows]


class Recurrence:
    """The states of B streams, and of padding rows where the products need them."""

    def __init__(self, voice: Voice, B: int) -> None:
        """B streams that have read nothing."""
        self.voice, self.B = voice, B
        H = voice.shape.H
        self._layers = [_Layer(voice, k, B) for k in range(voice.shape.L)]
        lowest = self._layers[0]
        by_columns, filled = lowest.product.by_columns, len(lowest.hidden)
        self._ids = np.zeros(filled, np.intp) if filled > B else None
        # What each stream looks up by its unit: the first layer's input, or the embedding that it is computed from.
        self._lookup, self._lookup_axis = voice.lookup(by_columns), int(by_columns)
        self._input = None if voice.input is None else Product(voice.input, B)
        looked_up = np.empty((4 * H, filled), np.float32).T if by_columns else np.empty((filled, 4 * H), np.float32)
        from_input = looked_up
        if self._input is not None:
            looked_up, from_input = self._input.rows, self._input.out[:, : 4 * H]
        self._looked_up: FloatArray = looked_up.T if by_columns else looked_up
        # Gate by gate (o, i, f, g), so that each is contiguous. For a single stream they are vectors, not matrices of
        # one row, which makes each call 0.1 microseconds or more cheaper.
        alone = filled == 1
        gates: FloatArray = np.empty((4, H, filled) if by_columns else (4, filled, H), np.float32)
        if by_columns:
            gates = gates.transpose(0, 2, 1)
        self._o, self._i, self._f, self._g = gates[:, 0] if alone else gates
        self._z: FloatArray = gates.reshape(-1) if alone else gates
        self._sigmoids: FloatArray = gates[:3].reshape(-1) if alone else gates[:3]
        self._product: FloatArray = np.empty_like(self._o)

        def as_gates(rows: FloatArray) -> FloatArray:
            return rows[0] if alone else _as_gates(rows, H, by_columns)

        self._states = [
            (
                as_gates(layer.recurrent),
                as_gates(self._layers[k - 1].above) if k else None,
                layer.cell[0] if alone else layer.cell,
                layer.hidden[0] if alone else layer.hidden,
                layer.multiply if voice.low_rank else layer.product,
            )
            for k, layer in enumerate(self._layers)
        ]
        self._biases = [bias.reshape(-1) if alone else bias for bias in voice.biases]
        above = self._layers[-1].above
        self._raw_logits = above[0] if alone else above[:B]
        self._from_input = as_gates(from_input)

    @classmethod
    def none(cls, voice: Voice) -> "Recurrence":
        """No streams."""
        return cls(voice, 0)

    def joined_by(self, memories: Sequence[Memory]) -> "Recurrence":
        """These streams, followed by new ones that start from ``memories``."""
        joined = Recurrence(self.voice, self.B + len(memories))
        for k, (old, new) in enumerate(zip(self._layers, joined._layers, strict=True)):
            _copy(new, old, np.arange(self.B))
            for row, memory in enumerate(memories, self.B):
                new.hidden[row], new.cell[row] = memory.hidden[k], memory.cell[k]
                if memory.recurrent is not None:
                    new.recurrent[row] = memory.recurrent[k]
            if any(memory.recurrent is None for memory in memories):
                new.multiply()
        return joined

    def only(self, rows: Iterable[int]) -> "Recurrence":
        """The streams in these rows."""
        chosen = np.fromiter(rows, np.intp)
        kept = Recurrence(self.voice, len(chosen))
        for old, new in zip(self._layers, kept._layers, strict=True):
            _copy(new, old, chosen)
        return kept

    @property
    def hidden(self) -> FloatArray:
        """The top layer's hidden states, (B, H), a view."""
        return self._layers[-1].hidden[: self.B]

    def memory(self, row: int, pending: int) -> Memory:
        """The state of a stream, with the unit that it has not read yet."""
        return Memory(
            np.stack([layer.hidden[row] for layer in self._layers]),
            np.stack([layer.cell[row] for layer in self._layers]),
            pending,
            np.stack([layer.recurrent[row] for layer in self._layers]),
        )

    def read(self, ids: IntArray, out: FloatArray) -> None:
        """Let each stream read its unit, (B,), and write the next logits to ``out``, (B, V), or (V,) if B = 1."""
        z, product, sigmoids = self._z, self._product, self._sigmoids
        o, i, f, g = self._o, self._i, self._f, self._g
        multiply, add, tanh = np.multiply, np.add, np.tanh
        for k, (recurrent, from_below, cell, hidden, multiply_hidden) in enumerate(self._states):
            if from_below is not None:
                add(recurrent, from_below, out=z)
                add(z, self._biases[k - 1], out=z)
            elif self.B == 1 and self._input is None:
                add(recurrent, self._lookup[ids[0]], out=z)
            else:
                if self._ids is not None:
                    self._ids[: self.B] = ids
                    ids = self._ids
                # Mode "wrap" avoids the copy that "raise" makes; ids are in range by construction.
                self._lookup.take(ids, axis=self._lookup_axis, out=self._looked_up, mode="wrap")
                if self._input is not None:
                    self._input()
                add(recurrent, self._from_input, out=z)
            tanh(z, out=z)
            multiply(sigmoids, HALF, out=sigmoids)
            add(sigmoids, HALF, out=sigmoids)
            multiply(cell, f, out=cell)
            multiply(i, g, out=product)
            add(cell, product, out=cell)
            tanh(cell, out=product)
            multiply(o, product, out=hidden)
            multiply_hidden()
        add(self._raw_logits, self.voice.output_bias, out=out)
