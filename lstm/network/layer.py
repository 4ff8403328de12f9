r"""One LSTM layer over a sequence: the recurrence and its gradient.

The equations (Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000), with sigma the logistic
function, ``*`` elementwise, and ``z = W_x x_t + W_h h_{t-1} + b`` cut into four blocks of H rows:

    i_t = sigma(z_i)     input gate          c_t = f_t * c_{t-1} + i_t * g_t     cell state
    f_t = sigma(z_f)     forget gate         h_t = o_t * tanh(c_t)               hidden state
    o_t = sigma(z_o)     output gate
    g_t = tanh(z_g)      candidate

and their gradient, from dh_t = dL/dh_t (from above and from step t + 1) and dc_t (from step t + 1):

    dc_t  += dh_t * o_t * (1 - tanh(c_t)^2)           dz_i = dc_t * g_t * i_t * (1 - i_t)
    dz_o   = dh_t * tanh(c_t) * o_t * (1 - o_t)       dz_f = dc_t * c_{t-1} * f_t * (1 - f_t)
    dc_t-1 = dc_t * f_t                               dz_g = dc_t * i_t * (1 - g_t^2)

    [dx_t; dh_{t-1}] = [W_x W_h]^T dz_t               dW = sum_t dz_t [x_t; h_{t-1}]^T

The same in 20 plain lines, one stream and one step at a time: `step` and `step_backward` in tests/lstm/reference.py.
The tests compare this file with them.

Layout. Everything in the time loop is feature-major, (features, B) with the batch contiguous, and weights stand on the
left: ``W @ h`` ran 1.2-1.5 times as fast in OpenBLAS as ``h @ W.T`` at B = 32-64. A step reads ``below[t]``, which is
x_t stacked on h_{t-1} in one array of D + H rows, so input and recurrence are one matrix product; h_t is written
straight into ``below[t + 1]``. The first layer has D = 0: its input is a unit, and W_x x + b is looked up in a table
with one column per unit.

Inside, the gates stand in the order o, i, f, g, so that the three that pass the logistic function are neighbours, and
the three whose gradient comes from dc are neighbours too; files and `network` keep PyTorch's order i, f, g, o.
sigma(z) = tanh(z / 2) / 2 + 1 / 2, with the half taken into the weights: one `tanh` over all four blocks, which NumPy
computes with SIMD, instead of `exp` and a division.
"""

from typing import NamedTuple

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.network.gemm import matrix_in_tiles

TRANSPOSED_AT_ONCE = 8192
"""Numbers per block: 32 KB."""
CACHED_TABLE = 500_000
"""Bytes up to which a table is looked up step by step: a larger one does not fit into the cache beside the weights."""
LOOKED_UP_AT_ONCE = 65_536
"""Numbers per block of such a look-up: 256 KB."""


def pack_gates(array: FloatArray) -> FloatArray:
    """Rows in the order i, f, g, o -> o, i, f, g (a copy)."""
    H = array.shape[0] // 4
    return np.concatenate([array[3 * H :], array[: 3 * H]])


def unpack_gates(array: FloatArray) -> FloatArray:
    """Rows in the order o, i, f, g -> i, f, g, o (a copy)."""
    H = array.shape[0] // 4
    return np.concatenate([array[H:], array[:H]])


class LayerWeights:
    """A layer's weights as the loops need them: gates in the order o, i, f, g; copied once per chunk, by `pack`.

    Shapes: ``forward`` (4H, D + H) with the rows of o, i, f halved; ``backward`` (D + H, 4H), not halved; ``bias``
    (4H, 1) halved like ``forward``; ``table`` (4H, V), bias included, where the layer reads units (D = 0). The memory
    is allocated once, for all chunks.
    """

    def __init__(self, D: int, H: int, dtype: np.dtype[np.floating], units: int = 0) -> None:
        """``units`` is the largest V of a table; 0 for a layer that reads vectors."""
        self.D, self.H = D, H
        self.forward: FloatArray = np.empty((4 * H, D + H), dtype)
        # A copy: W.T @ z is 6 % slower than a contiguous matrix with AVX-512 kernels, and by half with AVX2's.
        self.backward: FloatArray = np.empty((D + H, 4 * H), dtype)
        self.bias: FloatArray = np.empty((4 * H, 1), dtype)
        self.table: FloatArray | None = None
        self._table = np.empty(4 * H * units, dtype)

    def pack(self, w_x: FloatArray, w_h: FloatArray, bias: FloatArray, embedding: FloatArray | None = None) -> None:
        """Copy weights: ``w_x`` (4H, D or E), ``w_h`` (4H, H), ``bias`` (4H,), gates in the order i, f, g, o.

        With ``embedding`` (V, E) the layer is the first one, and looks up units in a table instead of reading vectors.
        """
        H, D = self.H, self.D
        self.bias[:, 0] = pack_gates(bias)
        self.bias[: 3 * H] *= 0.5
        for packed, i_f_g_o in ((slice(0, H), slice(3 * H, 4 * H)), (slice(H, 4 * H), slice(0, 3 * H))):
            self.forward[packed, D:] = w_h[i_f_g_o]
            transpose(w_h[i_f_g_o], out=self.backward[D:, packed])
            if embedding is None:
                self.forward[packed, :D] = w_x[i_f_g_o]
                transpose(w_x[i_f_g_o], out=self.backward[:D, packed])
        self.forward[: 3 * H] *= 0.5
        if embedding is not None:
            table = self._table[: 4 * H * len(embedding)].reshape(4 * H, -1)
            np.matmul(w_x[3 * H :], embedding.T, out=table[:H])
            np.matmul(w_x[: 3 * H], embedding.T, out=table[H:])
            table[: 3 * H] *= 0.5
            table += self.bias
            self.table = table


class Step(NamedTuple):
    """Views of one step's part of a workspace."""

    below: FloatArray
    """x_t stacked on h_{t-1}, (D + H, B)."""
    hidden: FloatArray
    """h_t, (H, B): a part of the next step's `below`."""
    d_sigmoids: FloatArray
    """Factors of dz of the three logistic gates o, i, f, (3H, B); the next four are its blocks and g's, (H, B)."""
    d_o: FloatArray
    d_i: FloatArray
    d_f: FloatArray
    d_g: FloatArray
    d_ifg: FloatArray
    """The factors that multiply dc, (3, H, B)."""
    dz_rows: FloatArray
    """The memory of all four factors again, to take dz as rows (B, 4H)."""
    hidden_to_cell: FloatArray
    """dc/dh = o (1 - tanh(c)^2), (H, B)."""
    forget: FloatArray
    """f_t, (H, B): separate from z, so that the gradient reads it without a copy."""


def _blocks(H: int) -> list[slice]:
    return [slice(k * H, (k + 1) * H) for k in range(4)]


class Workspace:
    """The arrays of one layer for chunks of up to T steps of B streams, allocated once so that no loop allocates.

    Size: ``(7 T + 5) H B`` floats and a little; the six factors that the gradient needs dominate.
    """

    def __init__(self, T: int, B: int, D: int, H: int, dtype: np.dtype[np.floating]) -> None:
        self.D, self.H = D, H
        self.below = np.zeros((T + 1, D + H, B), dtype)
        self.cell = np.zeros((H, B), dtype)
        self.factors = np.empty((T, 4 * H, B), dtype)
        self.hidden_to_cell = np.empty((T, H, B), dtype)
        self.forget = np.empty((T, H, B), dtype)
        self.z, self.looked_up = np.empty((4 * H, B), dtype), np.empty((4 * H, B), dtype)
        self.tanh_cell, self.product = np.empty((H, B), dtype), np.empty((H, B), dtype)
        self.d_below, self.d_hidden = np.empty((D + H, B), dtype), np.empty((H, B), dtype)
        self.d_cell = np.empty((H, B), dtype)
        o, i, f, g = _blocks(H)
        # Views are made here, not in the loops: a dozen of them per step cost as much as several of its operations.
        self.steps = [
            Step(
                below=self.below[t],
                hidden=self.below[t + 1, D:],
                d_sigmoids=self.factors[t, : 3 * H],
                d_o=self.factors[t, o],
                d_i=self.factors[t, i],
                d_f=self.factors[t, f],
                d_g=self.factors[t, g],
                d_ifg=self.factors[t, H:].reshape(3, H, B),
                dz_rows=self.factors[t].reshape(B, 4 * H),
                hidden_to_cell=self.hidden_to_cell[t],
                forget=self.forget[t],
            )
            for t in range(T)
        ]

    def set_state(self, hidden: FloatArray, cell: FloatArray) -> None:
        """Set the state before the first step: hidden and cell, each (H, B)."""
        self.below[0, self.D :], self.cell[...] = hidden, cell

    def hidden(self, T: int) -> FloatArray:
        """The hidden states of the last forward pass, (T, H, B): a view."""
        return self.below[1 : T + 1, self.D :]


def forward(weights: LayerWeights, space: Workspace, T: int, ids: IntArray | None = None) -> None:
    """Run T steps from the state in ``space``. The input is ``space.below[:T, :D]``, or ``ids`` (T, B) of units.

    Afterwards ``space.hidden(T)`` and ``space.cell`` hold the result, and the factors for `backward` are stored:
    computing them here, while the gates are in cache, saves reading them again.
    """
    H = space.H
    z, looked_up, cell, tanh_cell, product = space.z, space.looked_up, space.cell, space.tanh_cell, space.product
    sigmoids, o_i, (o, i, f, g) = z[: 3 * H], z[: 2 * H], (z[block] for block in _blocks(H))
    # As arrays: NumPy converts a Python number at each call.
    half, quarter = np.array(0.5, z.dtype), np.array(0.25, z.dtype)
    bias, table = weights.bias, weights.table
    # In tiles: a quarter faster at B = 64 and H = 512, a sixth faster at B = 32 and H = 256.
    tiles = matrix_in_tiles(weights.forward, z.shape[1])
    z_tiles = z.reshape(*tiles.shape[:2], -1)
    matmul, multiply, add, subtract, tanh = np.matmul, np.multiply, np.add, np.subtract, np.tanh
    at_once = table is not None and table.nbytes > CACHED_TABLE
    if table is not None and ids is not None and at_once:
        _look_up(table, ids, out=space.factors[:T])  # where each step then writes what the gradient needs
    for t in range(T):
        below, hidden, d_sigmoids, d_o, d_i, d_f, d_g, _, _, hidden_to_cell, forget = space.steps[t]
        matmul(tiles, below, out=z_tiles)
        if table is None or ids is None:
            add(z, bias, out=z)
        elif at_once:
            add(z, space.factors[t], out=z)
        else:
            # Mode "wrap" avoids the copy that "raise" makes; ids are in range by construction.
            table.take(ids[t], axis=1, out=looked_up, mode="wrap")
            add(z, looked_up, out=z)
        tanh(z, out=z)
        multiply(sigmoids, half, out=sigmoids)
        # With u = tanh(z / 2) / 2 and s = u + 1 / 2, s (1 - s) = 1 / 4 - u^2.
        multiply(sigmoids, sigmoids, out=d_sigmoids)
        subtract(quarter, d_sigmoids, out=d_sigmoids)
        add(o_i, half, out=o_i)
        add(f, half, out=forget)

        multiply(d_f, cell, out=d_f)  # before the cell moves on
        multiply(d_i, g, out=d_i)

        multiply(cell, forget, out=cell)
        multiply(i, g, out=product)
        add(cell, product, out=cell)
        tanh(cell, out=tanh_cell)
        multiply(o, tanh_cell, out=hidden)

        multiply(d_o, tanh_cell, out=d_o)
        multiply(product, g, out=d_g)
        subtract(i, d_g, out=d_g)  # i - i g g = i (1 - g^2)
        multiply(hidden, tanh_cell, out=hidden_to_cell)
        subtract(o, hidden_to_cell, out=hidden_to_cell)  # o - o tanh^2(c)


def _look_up(table: FloatArray, ids: IntArray, out: FloatArray) -> None:
    """Write the columns of ``table`` (4H, V) that belong to ``ids`` (T, B) into ``out`` (T, 4H, B).

    Takes a block of rows for all steps, then the next block. Step by step, a large table is read whole at each step and
    drives the weights out of the cache (6-12 % of an update at H = 640 and some hundred units; small tables lose 4 %).
    """
    T, B = ids.shape
    n = max(1, LOOKED_UP_AT_ONCE // ids.size)
    columns = np.empty((n, ids.size), table.dtype)
    for start in range(0, len(table), n):
        rows = table[start : start + n]
        found = rows.take(ids.ravel(), axis=1, out=columns[: len(rows)], mode="wrap")
        out[:, start : start + n] = found.reshape(len(rows), T, B).transpose(1, 0, 2)


def backward(weights: LayerWeights, space: Workspace, T: int, d_hidden: FloatArray) -> FloatArray:
    """The gradient of the last forward pass of T steps, from dL/dh of each step, ``d_hidden`` (T, H, B).

    Returns dL/dz as rows, (T B, 4H) with gates in the order o, i, f, g, and overwrites the factors with it;
    `weight_gradient` and the network compute the rest from it in one matrix product over all rows. The gradient of the
    input is left in ``space.below[:T, :D]``, that of the first state in ``space.d_below[D:]`` and ``space.d_cell``.
    """
    D, H = space.D, space.H
    B = space.cell.shape[1]
    d_below, dh, dc, dz = space.d_below, space.d_hidden, space.d_cell, space.z
    dh_below = d_below[D:]
    dz_o, dz_ifg = dz[:H], dz[H:].reshape(3, H, B)
    d_below[...], dc[...] = 0.0, 0.0
    product = space.product
    matmul, multiply, add = np.matmul, np.multiply, np.add
    tiles = matrix_in_tiles(weights.backward, B)
    d_below_tiles = d_below.reshape(*tiles.shape[:2], B)
    for t in range(T - 1, -1, -1):
        below, _, _, d_o, _, _, _, d_ifg, dz_rows, hidden_to_cell, forget = space.steps[t]
        add(d_hidden[t], dh_below, out=dh)
        multiply(dh, hidden_to_cell, out=product)
        add(dc, product, out=dc)
        multiply(d_o, dh, out=dz_o)
        multiply(d_ifg, dc, out=dz_ifg)
        multiply(dc, forget, out=dc)
        matmul(tiles, dz, out=d_below_tiles)
        # The factors of this step are no longer needed: overwriting them with dz, transposed, saves 4 T H B floats.
        transpose(dz, out=dz_rows)
        if D:
            below[:D] = d_below[:D]
    return space.factors[:T].reshape(T * B, 4 * H)


def weight_gradient(dz: FloatArray, inputs: FloatArray, out: FloatArray) -> None:
    """dL/dW (4H, F), gates in the order i, f, g, o, from dL/dz as `backward` returns it and ``inputs`` (T B, F).

    Two products write straight into the gradient; one product whose rows are then reordered takes three passes over it.
    """
    H = dz.shape[1] // 4
    np.matmul(dz[:, H:].T, inputs, out=out[: 3 * H])
    np.matmul(dz[:, :H].T, inputs, out=out[3 * H :])


def transpose(matrix: FloatArray, out: FloatArray) -> None:
    """Copy a matrix (M, N), or each of a stack (T, M, N), transposed into ``out`` (N, M) or (T, N, M).

    Works in blocks of rows that fit into the first-level cache: 1.3-2 times as fast from about 512 x 512 on.
    """
    M, N = matrix.shape[-2:]
    rows = max(32, TRANSPOSED_AT_ONCE // N)
    for start in range(0, M, rows):
        block = slice(start, start + rows)
        out[..., block] = np.swapaxes(matrix[..., block, :], -1, -2)
