"""One step of all streams of the voices that share their packed weights: units in, logits of the next units out.

The equations are those of `lstm.network.layer`, without what only a gradient needs. A stream is a row of every array.
The products decide how rows lie in memory (`lstm.network.gemm`): one after another, so that a row of the table is
copied as a whole, or by columns where that multiplies faster. All arrays of a step have the same layout.

A layer's hidden state is multiplied once per step, as soon as it is known, by every matrix that will need it:

    [W_h h_t,  W_x' h_t]  =  h_t [W_h; W_x']^T        (B, 4H + 4H), or (B, 4H + V) with W_out in place of W_x' on top

its own recurrence for the next step, and the input of the layer above or the logits: L products per step instead of
L + 1, and larger ones (saves 10 % of a step at one stream). So W_h h_t is part of a stream's state (`Memory`).

The weights may be a base's, shared by many artists. Then this product takes the rows of all artists at once, and what
differs by artist is done for the rows of each in turn: products of low rank with the adapters, the first layer's input
and the biases (L. Chen et al. 2023, "Punica", arXiv 2310.18547; Y. Sheng et al. 2023, "S-LoRA", arXiv 2311.03285).

All arrays and their views are allocated when the number of streams changes: at one stream and H = 128 a whole step,
sampling included, takes 20 microseconds, and each view that need not be made counts.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.weights import CompactTable, LowRankInput, Memory, PackedWeights, Voice
from lstm.network.gemm import Product

HALF = np.array(0.5, np.float32)
"""An array, since NumPy converts Python's 0.5 at each call, which takes 0.3 microseconds."""

Part = tuple[Voice, slice]
"""A voice and its rows, which stand together."""


def _parts(voices: Sequence[Voice], filled: int) -> list[Part]:
    """The parts of a batch, given the voice of each stream; padding up to ``filled`` rows belongs to the last one."""
    starts = [row for row, voice in enumerate(voices) if row == 0 or voice is not voices[row - 1]]
    return [(voices[start], slice(start, end)) for start, end in pairwise([*starts, filled])]


def _as_gates(rows: FloatArray, H: int, by_columns: bool) -> FloatArray:
    """(B, 4H) -> (4, B, H), a view."""
    if by_columns:
        return rows.T.reshape(4, H, len(rows)).transpose(0, 2, 1)
    return rows.reshape(len(rows), 4, H).transpose(1, 0, 2)


class _Layer:
    """The state of the streams in one layer, as rows."""

    def __init__(self, packed: PackedWeights, k: int, voices: Sequence[Voice]) -> None:
        H, L, V = packed.shape.H, packed.shape.L, packed.shape.V
        self.product = Product(packed.products[k], len(voices))
        self.hidden = self.product.rows
        """h, (B, H)."""
        self.cell = np.zeros_like(self.hidden)
        self.recurrent = self.product.out[:, : 4 * H]
        """W_h h, (B, 4H)."""
        self.above = self.product.out[:, 4 * H : (8 * H if k + 1 < L else 4 * H + V)]
        """W_x h of the layer above, (B, 4H), or W_out h, (B, V)."""
        self.low_rank = [
            (voice.low_rank[k], self.hidden[rows], self.recurrent[rows], self.above[rows])
            for voice, rows in _parts(voices, len(self.hidden))
            if voice.low_rank
        ]

    def multiply(self) -> None:
        """Multiply the hidden states by the layer's matrices, and by each artist's adapters of them."""
        self.product()
        for low, hidden, recurrent, above in self.low_rank:
            rank = len(low.recurrent)
            inner = hidden @ low.down
            recurrent += inner[:, :rank] @ low.recurrent
            above += inner[:, rank:] @ low.above


def _copy(to: _Layer, to_rows: IntArray | slice, of: _Layer, of_rows: IntArray | slice) -> None:
    """Copy the states of some streams to rows of another layer."""
    for new, old in ((to.hidden, of.hidden), (to.cell, of.cell), (to.recurrent, of.recurrent)):
        new[to_rows] = old[of_rows]


def _recurrent(packed: PackedWeights, memories: Sequence[Memory]) -> list[FloatArray]:
    """W_h h of some memories, by layer, (M, 4H) each. What the same products give the layer above is not needed."""
    found = []
    for k in range(packed.shape.L):
        layer = _Layer(packed, k, [memory.voice for memory in memories])
        for row, memory in enumerate(memories):
            layer.hidden[row] = memory.hidden[k]
        layer.multiply()
        found.append(layer.recurrent[: len(memories)])
    return found


class _Input:
    """What the first layer gets from the units that the rows of a whole model read."""

    def __init__(self, part: Part, B: int, by_columns: bool) -> None:
        """``B``: streams of all voices. ``by_columns``: how the arrays that this is added to lie in memory."""
        voice, self._rows = part
        packed, H, count = voice.packed, voice.shape.H, self._rows.stop - self._rows.start
        self._product = None if packed.input is None else Product(packed.input, count)
        looked_up = np.empty((4 * H, count), np.float32).T if by_columns else np.empty((count, 4 * H), np.float32)
        from_input = looked_up
        if self._product is not None:
            by_columns = self._product.by_columns
            looked_up, from_input = self._product.rows, self._product.out[:, : 4 * H]
        self.gates = _as_gates(from_input, H, by_columns)[:, :count]
        """The input of the gates, (4, count, H)."""
        # What each stream looks up by its unit: the input itself, or the embedding that it is computed from.
        self._lookup, self._lookup_axis = packed.lookup(by_columns), int(by_columns)
        self._looked_up: FloatArray = looked_up.T if by_columns else looked_up
        self._ids = _padded_ids(len(looked_up), self._rows, B)

    def read(self, ids: IntArray) -> None:
        """Compute the input of the gates; ``ids`` (B,) of all streams."""
        ids = _with_padding(ids[self._rows], self._ids)
        # Mode "wrap" avoids the copy that "raise" makes; ids are in range by construction.
        self._lookup.take(ids, axis=self._lookup_axis, out=self._looked_up, mode="wrap")
        if self._product is not None:
            self._product()


class _AdaptedInput:
    """What the first layer gets from the units that the rows of one artist of a base read.

    The base's table is too large for a transposed copy, so these arrays always lie in memory by rows.
    """

    def __init__(self, part: Part, B: int, table: CompactTable, low_rank: LowRankInput) -> None:
        """``B``: streams of all voices."""
        voice, self._rows = part
        H, count = voice.shape.H, self._rows.stop - self._rows.start
        self._table, self._low_rank = table, low_rank
        self._integers = np.empty((count, 4 * H), np.int16)
        self._inner: FloatArray = np.empty((count, low_rank.down.shape[1]), np.float32)
        self._difference: FloatArray = np.empty((count, 4 * H), np.float32)
        self._total: FloatArray = np.empty((count, 4 * H), np.float32)
        self.gates = _as_gates(self._total, H, by_columns=False)
        """The input of the gates, (4, count, H)."""
        self._ids = _padded_ids(count, self._rows, B)

    def read(self, ids: IntArray) -> None:
        """Compute the input of the gates; ``ids`` (B,) of all streams."""
        ids = _with_padding(ids[self._rows], self._ids)
        self._table.look_up(ids, self._integers, out=self._total)
        self._low_rank.down.take(ids, axis=0, out=self._inner, mode="wrap")
        np.matmul(self._inner, self._low_rank.up, out=self._difference)
        np.add(self._total, self._difference, out=self._total)


def _padded_ids(filled: int, rows: slice, B: int) -> IntArray | None:
    """Where the ids of some rows are put if ``filled`` rows are computed, more than there are streams; else None."""
    return np.zeros(filled, np.intp) if rows.stop > B or filled > rows.stop - rows.start else None


def _with_padding(ids: IntArray, padded: IntArray | None) -> IntArray:
    if padded is None:
        return ids
    padded[: len(ids)] = ids
    return padded


def _input_of(part: Part, B: int, by_columns: bool) -> _Input | _AdaptedInput:
    voice, _ = part
    if voice.packed.compact is None or voice.low_rank_input is None:
        return _Input(part, B, by_columns)
    return _AdaptedInput(part, B, voice.packed.compact, voice.low_rank_input)


class Recurrence:
    """The states of B streams, and of padding rows where the products need them."""

    def __init__(self, packed: PackedWeights, voices: Sequence[Voice]) -> None:
        """Streams that have read nothing.

        ``voices``: that of each stream, all with these weights. Any order is right, but rows of one voice that stand
        together are stepped together.
        """
        self.packed, self.voices, self.B = packed, voices, len(voices)
        B, H = self.B, packed.shape.H
        self._layers = [_Layer(packed, k, voices) for k in range(packed.shape.L)]
        lowest = self._layers[0]
        by_columns, filled = lowest.product.by_columns, len(lowest.hidden)
        parts = _parts(voices, filled)
        inputs = [_input_of(part, B, by_columns) for part in parts]
        # Gate by gate (o, i, f, g), so that each is contiguous. For a single stream they are vectors, not matrices of
        # one row, which makes each call 0.1 microseconds or more cheaper.
        alone = filled == 1
        gates: FloatArray = np.zeros((4, H, filled) if by_columns else (4, filled, H), np.float32)
        if by_columns:
            gates = gates.transpose(0, 2, 1)
        self._o, self._i, self._f, self._g = gates[:, 0] if alone else gates
        self._z: FloatArray = gates.reshape(-1) if alone else gates
        self._sigmoids: FloatArray = gates[:3].reshape(-1) if alone else gates[:3]
        self._product: FloatArray = np.empty_like(self._o)

        def as_gates(rows: FloatArray) -> FloatArray:
            return rows[0] if alone else _as_gates(rows, H, by_columns)

        def of_part(gates: FloatArray, rows: slice) -> FloatArray:
            return gates if alone else gates[:, rows]

        self._layer_views = [
            (
                as_gates(layer.recurrent),
                as_gates(self._layers[k - 1].above) if k else None,
                layer.cell[0] if alone else layer.cell,
                layer.hidden[0] if alone else layer.hidden,
                layer.multiply if layer.low_rank else layer.product,
            )
            for k, layer in enumerate(self._layers)
        ]
        # By part: what is added, to which rows.
        recurrent, z = self._layer_views[0][0], self._z
        self._table = packed.table if alone else None
        self._inputs = [
            (each.read, of_part(recurrent, rows), each.gates.reshape(-1) if alone else each.gates, of_part(z, rows))
            for each, (_, rows) in zip(inputs, parts, strict=True)
        ]
        self._biases = [
            [(voice.biases[k].reshape(-1) if alone else voice.biases[k], of_part(z, rows)) for voice, rows in parts]
            for k in range(packed.shape.L - 1)
        ]
        above = self._layers[-1].above
        self._outputs = [
            (above[0] if alone else above[rows][: B - rows.start], voice.output_bias, rows if len(parts) > 1 else ...)
            for voice, rows in parts
        ]

    def joined_by(self, memories: Sequence[Memory], order: Sequence[int]) -> "Recurrence":
        """These streams and new ones that start from ``memories``, put in ``order``.

        ``order``: the streams by number, new ones counted from B on.
        """
        voices = [*self.voices, *(memory.voice for memory in memories)]
        joined = Recurrence(self.packed, [voices[k] for k in order])
        row_of = np.empty(len(voices), np.intp)
        row_of[order] = np.arange(len(voices))
        for k, (old, new) in enumerate(zip(self._layers, joined._layers, strict=True)):
            _copy(new, row_of[: self.B], old, slice(self.B))
            for row, memory in zip(row_of[self.B :].tolist(), memories, strict=True):
                new.hidden[row], new.cell[row] = memory.hidden[k], memory.cell[k]
                if memory.recurrent is not None:
                    new.recurrent[row] = memory.recurrent[k]
        if missing := [place for place, memory in enumerate(memories) if memory.recurrent is None]:
            multiplied = _recurrent(self.packed, [memories[place] for place in missing])
            for new, recurrent in zip(joined._layers, multiplied, strict=True):
                new.recurrent[row_of[self.B :][missing]] = recurrent
        return joined

    def only(self, rows: Sequence[int]) -> "Recurrence":
        """The streams in these rows."""
        kept = Recurrence(self.packed, [self.voices[row] for row in rows])
        chosen = np.array(rows, np.intp)
        for old, new in zip(self._layers, kept._layers, strict=True):
            _copy(new, slice(len(rows)), old, chosen)
        return kept

    @property
    def hidden(self) -> FloatArray:
        """The top layer's hidden states, (B, H), a view."""
        return self._layers[-1].hidden[: self.B]

    def copy_states(self, rows: IntArray, out: FloatArray) -> None:
        """Write hidden and cell states of the streams in some rows to ``out``, (R, 2, L, H)."""
        for k, layer in enumerate(self._layers):
            out[:, 0, k], out[:, 1, k] = layer.hidden[rows], layer.cell[rows]

    def memory(self, row: int, pending: int) -> Memory:
        """The state of a stream, with the unit that it has not read yet."""
        return Memory(
            self.voices[row],
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
        for k, (recurrent, from_below, cell, hidden, multiply_hidden) in enumerate(self._layer_views):
            if from_below is not None:
                add(recurrent, from_below, out=z)
                for bias, its_z in self._biases[k - 1]:
                    add(its_z, bias, out=its_z)
            elif self._table is not None:
                add(recurrent, self._table[ids[0]], out=z)
            else:
                for read_input, its_recurrent, from_input, its_z in self._inputs:
                    read_input(ids)
                    add(its_recurrent, from_input, out=its_z)
            tanh(z, out=z)
            multiply(sigmoids, HALF, out=sigmoids)
            add(sigmoids, HALF, out=sigmoids)
            multiply(cell, f, out=cell)
            multiply(i, g, out=product)
            add(cell, product, out=cell)
            tanh(cell, out=product)
            multiply(o, product, out=hidden)
            multiply_hidden()
        for its_logits, bias, rows in self._outputs:
            add(its_logits, bias, out=out[rows])
