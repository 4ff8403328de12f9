"""One step of all streams of a voice: units in, logits of the next ones out.

The equations are those of `lstm.layer`, without what only a gradient needs. The layout is another: with few streams the
weights are read faster as W.T, in tiles (`lstm.products`), and a stream is a row, so that the row of the table that
belongs to its unit is copied as a whole (at B = 64 a sixth of the time of gathering columns).

A layer's hidden state is multiplied once a step, as soon as it is known, by all that will be wanted of it:

    [W_h h_t,  W_x' h_t]  =  h_t [W_h; W_x']^T        (B, 4H + 4H), or (B, 4H + V) with W_out in place of W_x' on top

its own recurrence for the next step, and the input of the layer above or the logits: L products a step, not L + 1, and
larger ones (10 % of a step at one stream). So W_h h_t is a part of a stream's state, which `Memory` carries along.

Everything lies in arrays that are made when the number of streams changes, and their views too: at one stream and
H = 128 a whole step, sampling included, takes 20 microseconds, and each view that is not made counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.products import Product
from lstm.voice import Memory, Voice

HALF = np.array(0.5, np.float32)
"""An array: Python's 0.5 would be made into one at each call, for 0.3 microseconds."""


class _Layer:
    """The state of B streams in one layer, as rows, and views of it as `Recurrence.read` wants them."""

    def __init__(self, voice: Voice, k: int, B: int) -> None:
        H = voice.shape.H
        self.product = Product(voice.products[k], B)
        self.hidden = self.product.rows
        """h, (B, H)."""
        self.cell = np.zeros((B, H), np.float32)
        self.recurrent = self.product.out[:, : 4 * H]
        """W_h h, (B, 4H)."""
        self.above = self.product.out[:, 4 * H : (8 * H if k + 1 < voice.shape.L else 4 * H + voice.shape.V)]
        """W_x h of the layer above, (B, 4H), or W_out h, (B, V)."""

    def as_gates(self, rows: FloatArray) -> FloatArray:
        """(B, 4H) -> (4, B, H), a view; of a single stream (4H,)."""
        B, H = self.cell.shape
        return rows[0] if B == 1 else rows.reshape(B, 4, H).transpose(1, 0, 2)


class Recurrence:
    """The states of B streams."""

    def __init__(self, voice: Voice, B: int) -> None:
        """Of B streams without a past."""
        self.voice, self.B = voice, B
        H = voice.shape.H
        self._layers = [_Layer(voice, k, B) for k in range(voice.shape.L)]
        self._input = None if voice.input is None else Product(voice.input, B)
        # What each stream looks up: its row of the table, or of the embedding, to be multiplied.
        self._looked_up = np.empty((B, 4 * H), np.float32) if self._input is None else self._input.rows
        from_input = self._looked_up if self._input is None else self._input.out[:, : 4 * H]
        lookup = voice.table if voice.embedding is None else voice.embedding
        assert lookup is not None
        self._lookup: FloatArray = lookup
        # Gate by gate, so that each is one piece of memory: o, i, f, g. Of a single stream vectors, not matrices of one
        # row: each call is cheaper by a tenth of a microsecond or more.
        gates = np.empty((4, B, H), np.float32)
        self._o, self._i, self._f, self._g = gates[:, 0] if B == 1 else gates
        self._z: FloatArray = gates.reshape(-1) if B == 1 else gates
        self._sigmoids: FloatArray = gates[:3].reshape(-1) if B == 1 else gates[:3]
        self._product: FloatArray = np.empty(H if B == 1 else (B, H), np.float32)
        self._states = [
            (
                layer.as_gates(layer.recurrent),
                layer.as_gates(self._layers[k - 1].above) if k else None,
                layer.cell[0] if B == 1 else layer.cell,
                layer.hidden[0] if B == 1 else layer.hidden,
                layer.product,
            )
            for k, layer in enumerate(self._layers)
        ]
        self._biases = [bias.reshape(-1) if B == 1 else bias for bias in voice.biases]
        above = self._layers[-1].above
        self._raw_logits = above[0] if B == 1 else above
        self._from_input = self._layers[0].as_gates(from_input)

    @classmethod
    def none(cls, voice: Voice) -> Recurrence:
        """Of no stream."""
        return cls(voice, 0)

    def joined_by(self, memories: Sequence[Memory]) -> Recurrence:
        """These streams, and further ones that begin from some memories."""
        joined = Recurrence(self.voice, self.B + len(memories))
        for k, (old, new) in enumerate(zip(self._layers, joined._layers, strict=True)):
            new.hidden[: self.B], new.cell[: self.B], new.recurrent[: self.B] = old.hidden, old.cell, old.recurrent
            for row, memory in enumerate(memories, self.B):
                new.hidden[row], new.cell[row] = memory.hidden[k], memory.cell[k]
                if memory.recurrent is not None:
                    new.recurrent[row] = memory.recurrent[k]
            if any(memory.recurrent is None for memory in memories):
                new.product()
        return joined

    def only(self, rows: Iterable[int]) -> Recurrence:
        """Some of these streams."""
        chosen = np.fromiter(rows, np.intp)
        kept = Recurrence(self.voice, len(chosen))
        for old, new in zip(self._layers, kept._layers, strict=True):
            new.hidden[...], new.cell[...] = old.hidden[chosen], old.cell[chosen]
            new.recurrent[...] = old.recurrent[chosen]
        return kept

    def memory(self, row: int, pending: int) -> Memory:
        """What a stream remembers, with the unit that it has not read yet."""
        return Memory(
            np.stack([layer.hidden[row] for layer in self._layers]),
            np.stack([layer.cell[row] for layer in self._layers]),
            pending,
            np.stack([layer.recurrent[row] for layer in self._layers]),
        )

    def read(self, ids: IntArray, out: FloatArray) -> None:
        """Each stream reads its unit, (B,); ``out`` takes the logits of the next ones, (B, V), of a single one (V,)."""
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
                # mode "wrap" spares the copy that "raise" makes; ids are in range by construction
                self._lookup.take(ids, axis=0, out=self._looked_up, mode="wrap")
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
