"""Matrix products with few columns or rows, in the layout that this machine's BLAS multiplies fastest.

A general matrix product (GEMM) first copies both factors into its own order. That pays for large products, but in the
time loop a large weight matrix W (M, K) meets only a few streams B, and the copy costs as much as the product. There
are two ways around it. The first use measures which is faster here (`layout`), unless the environment variable
``LSTM_GEMM`` pins one, ``tiles`` or ``whole``. The two round differently, so only runs with the same layout agree to
the bit. The choice is logged, and is part of a training's record.

- OpenBLAS's AVX-512 kernels skip the copy where rows x columns x depth <= 100^3
  (kernel/x86_64/sgemm_small_kernel_permit_skylakex.c), so the product is split into tiles of that size: one call of
  `np.matmul` on a stack of tiles, no Python loop. Measured on one core of an AMD Zen 4 against the whole product,
  weights of H = 512 (4H, H): 4.5 times as fast at B = 2, 3.5 at 4, 2.3 at 8, 1.8 at 16, 1.3 at 64; H = 128: 1.0-1.3.
- Its AVX2 kernels always copy, and tiles take up to four times as long. There W @ x with streams as columns is faster
  than x @ W.T with streams as rows, and up to `FEW` streams are fastest as separate products with a vector, which copy
  nothing. Measured on one core of an AMD Zen 3 against x @ W.T, same weights: 1.3 times as fast at B = 1, 2.6 at 2,
  1.2 at 4, 1.4 at 8, 1.3 at 16, 1.05-1.15 at 64.
"""

import logging
import os
import time
from functools import cache
from typing import Literal

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.network.second_core import second_core

Layout = Literal["tiles", "whole"]
LAYOUTS: tuple[Layout, ...] = ("tiles", "whole")
PINNED_BY = "LSTM_GEMM"
"""Environment variable that names a layout."""

_log = logging.getLogger(__name__)

SMALL = 1_000_000
"""Rows x columns x depth up to which a product needs no copy."""
TILE = 64
"""Outputs per tile of `Weights`: four vectors of the kernel; 32 and 96 were up to 15 % slower, 48 up to 30 %."""
SHARED = 5_000_000
"""Streams x columns x rows from which half of a product is worth handing to a second core: some 0.1 ms."""
FEW = 4
"""Streams up to which products with vectors are as fast as one with a matrix: at 2 in 0.6 of its time, at 4 in 0.9."""
PAYING = 1.8
"""How many times as fast as the whole product tiles must be. With AVX-512 kernels they are 2.5-3 times as fast, with
others 1.1-1.2 times, so noise does not change the choice."""


@cache
def layout() -> Layout:
    """How this process lays out its products: as the environment says, else as is faster on this machine."""
    wanted = os.environ.get(PINNED_BY, "").strip().lower()
    for pinned in LAYOUTS:
        if wanted == pinned:
            _log.info("Matrix products: %s (%s)", pinned, PINNED_BY)
            return pinned
    if wanted not in ("", "auto"):
        _log.warning("%s is %r, not tiles, whole or auto; measuring instead", PINNED_BY, wanted)
    chosen: Layout = "tiles" if tiles_pay() else "whole"
    _log.info("Matrix products: %s (measured; %s=%s pins it)", chosen, PINNED_BY, chosen)
    return chosen


def tiles_pay() -> bool:
    """Whether this machine's BLAS multiplies small matrices without a copy, so that tiles are faster.

    Takes about 30 ms. Compares the fastest of several runs, so that a busy machine gives the same answer, with
    weights that are too large for a product without a copy unless they are in tiles.
    """
    H, n = 512, 32
    weights, tiles = np.ones((n * TILE, H), np.float32), np.ones((n, H, TILE), np.float32)

    def seconds(left: FloatArray, right: FloatArray, out: FloatArray) -> float:
        started = time.perf_counter()
        np.matmul(left, right, out=out)
        return time.perf_counter() - started

    in_tiles = as_a_whole = 0.0
    for B in (4, 8, 12):
        rows, columns = np.ones((B, H), np.float32), np.ones((H, B), np.float32)
        out, by_columns = np.empty((B, n * TILE), np.float32), np.empty((n * TILE, B), np.float32)
        tiled = out.reshape(B, n, TILE).transpose(1, 0, 2)
        pairs = [(seconds(rows, tiles, tiled), seconds(weights, columns, by_columns)) for _ in range(8)]
        in_tiles += min(a for a, _ in pairs)
        as_a_whole += min(b for _, b in pairs)
    return PAYING * in_tiles < as_a_whole


class Weights:
    """A matrix W (M, K), kept for products with any number of streams (`Product`).

    ``array``: where tiles pay, (n, K, 64): W.T cut into tiles, the last one padded with zeros; else W unchanged.
    ``width``: M, padded.
    """

    def __init__(self, matrix: FloatArray) -> None:
        M, self.K = matrix.shape
        self.in_tiles = layout() == "tiles"
        n = -(-M // TILE)
        self.width = n * TILE if self.in_tiles else M
        self.array: FloatArray = np.zeros((self.width, self.K), matrix.dtype)
        self.array[:M] = matrix
        if self.in_tiles:
            self.array = np.ascontiguousarray(self.array.reshape(n, TILE, self.K).transpose(0, 2, 1))

    def rows(self, ids: IntArray) -> FloatArray:
        """Some rows of W, (N, K)."""
        return self.array[ids // TILE, :, ids % TILE] if self.in_tiles else self.array[ids]

    def groups(self, B: int) -> tuple[int, int]:
        """How the tiles multiply B rows: groups, and rows per group; together at least B, the rest is padding."""
        groups = max(1, -(-B // max(1, SMALL // (TILE * self.K))))
        # A single row would be multiplied as a vector, tile by tile: a second one saves 5-25 %.
        return groups, max(2, -(-B // groups))


class Product:
    """``x @ W.T`` on arrays allocated once: write ``rows`` (B', K), call, read ``out`` (B', M or a little more).

    B' is B, or a little more where padding makes the product faster. ``by_columns`` says whether both arrays lie in
    memory by columns (as the transposed array would by rows). Elementwise operations are fastest on arrays of the same
    order.
    """

    def __init__(self, weights: Weights, B: int) -> None:
        K, width, array = weights.K, weights.width, weights.array
        dtype = array.dtype
        self._left: FloatArray
        self._right: FloatArray
        self._result: FloatArray
        self.by_columns = not weights.in_tiles and B > FEW
        half = width // TILE // 2 * TILE
        outputs = slice(half), slice(half, None)
        # Each call multiplies a stack of matrices; only the views differ.
        if weights.in_tiles:
            groups, each = weights.groups(B)
            rows, out = np.zeros((groups * each, K), dtype), np.zeros((groups * each, width), dtype)
            self.rows, self.out = rows[:B], out[:B]
            self._left, self._right = rows.reshape(groups, 1, each, K), array
            self._result = out.reshape(groups, each, width // TILE, TILE).transpose(0, 2, 1, 3)
            tiles = slice(half // TILE), slice(half // TILE, None)
            halves = [(self._left, array[part], self._result[:, part]) for part in tiles]
        elif self.by_columns:
            # 3-7 columns beyond a multiple of 8 take at least as long as 8: at K = 512, 7 take 1.8 times as long.
            filled = B + 8 - B % 8 if B % 8 > 2 else B
            columns, result = np.zeros((K, filled), dtype), np.zeros((width, filled), dtype)
            self.rows, self.out = columns.T, result.T
            self._left, self._right, self._result = array, columns, result
            halves = [(array[part], columns, result[part]) for part in outputs]
        else:
            self.rows, self.out = np.zeros((B, K), dtype), np.zeros((B, width), dtype)
            self._left, self._right, self._result = array, self.rows[:, :, None], self.out[:, :, None]
            halves = [(array[part], self._right, self._result[:, part]) for part in outputs]
        self._halves = halves if half and B * K * width >= SHARED else None

    def __call__(self) -> None:
        """Multiply, with the help of `lstm.network.second_core` where there is one.

        The result of tiles is then the same to the bit, others up to rounding.
        """
        second = None if self._halves is None else second_core()
        if second is None or self._halves is None:
            np.matmul(self._left, self._right, out=self._result)
        else:
            second.multiply_both(*self._halves)


def matrix_in_tiles(matrix: FloatArray, B: int) -> FloatArray:
    """A view (n, M / n, K) of a matrix (M, K) in tiles that are small enough for products with (K, B) columns.

    For ``np.matmul(view, x, out=z.reshape(n, M / n, B))``, which is ``matrix @ x``.
    """
    M, K = matrix.shape
    rows = M
    if layout() == "tiles":
        # From 4 to 32 rows per tile nothing was faster; below 4 the whole product is.
        fitting = [size for size in (32, 16, 8, 4) if M % size == 0 and size * K * B <= SMALL]
        rows = fitting[0] if fitting else M
    return matrix.reshape(M // rows, rows, K)
