"""Matrix products with few columns or rows, laid out as the BLAS at hand multiplies them fastest.

A general matrix product (GEMM) copies both factors into an order of its own before it multiplies. That pays for large
products; the time loop's have a large matrix of weights W (M, K) but only a few streams B, and there the copy costs as
much as the product. There are two ways around it. The first use chooses by measuring (`layout`), unless the
environment variable ``LSTM_GEMM`` pins one, ``tiles`` or ``whole``; the two round differently, so only runs with the
same layout agree to the bit. The choice is logged, and is part of a training's record.


- With its kernels for AVX-512 OpenBLAS leaves the copy out where rows x columns x depth <= 100^3
  (kernel/x86_64/sgemm_small_kernel_permit_skylakex.c), so a product is handed to it in tiles of that size: one call of
  `np.matmul` over a stack of tiles, no Python loop. Measured on one core of an AMD Zen 4 against the product in one
  piece, weights of H = 512 (4H, H): B = 2 4.5 times as fast, 4 3.5, 8 2.3, 16 1.8, 64 1.3; H = 128: 1.0-1.3.
- Its kernels for AVX2 have no such way, and there tiles cost up to four times the time. W @ x with streams as columns
  is faster there than x @ W.T with streams as rows, and up to `FEW` streams are fastest as so many products with a
  vector, which copy nothing. Measured on one core of an AMD Zen 3 against rows x @ W.T, same weights:
  B = 1 1.3 times as fast, 2 2.6, 4 1.2, 8 1.4, 16 1.3, 64 1.05-1.15.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np

from lstm.arrays import FloatArray

Layout = Literal["tiles", "whole"]
LAYOUTS: tuple[Layout, ...] = ("tiles", "whole")
PINNED_BY = "LSTM_GEMM"
"""Environment variable that names a layout."""

_log = logging.getLogger(__name__)

SMALL = 1_000_000
"""Rows x columns x depth up to which a product needs no copy."""
TILE = 64
"""Outputs a tile of `Weights`: four vectors of the kernel; 32 and 96 were up to 15 % slower, 48 up to 30 %."""
FEW = 4
"""Streams up to which products with vectors are as fast as one with a matrix: at 2 in 0.6 of its time, at 4 in 0.9."""
PAYING = 1.8
"""How many times as fast as a product in one piece tiles must be at two streams: with AVX-512 kernels they are so about
3 times, with others 0.8-1.2 times, so noise never turns the choice around."""


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

    Takes some milliseconds; the fastest of a few runs of each is compared, which a busy machine does not turn around.
    """
    B, H, n = 2, 256, 16
    rows, whole, tiles = np.ones((B, H), np.float32), np.ones((H, n * TILE), np.float32), np.ones((n, H, TILE), "f4")
    out = np.empty((B, n * TILE), np.float32)
    in_tiles = out.reshape(B, n, TILE).transpose(1, 0, 2)

    def seconds(product: Callable[[], object]) -> float:
        started = time.perf_counter()
        product()
        return time.perf_counter() - started

    pairs = [
        (seconds(lambda: np.matmul(rows, tiles, out=in_tiles)), seconds(lambda: np.matmul(rows, whole, out=out)))
        for _ in range(10)
    ]
    return PAYING * min(a for a, _ in pairs) < min(b for _, b in pairs)


class Weights:
    """A matrix W (M, K), kept for products with any number of streams (`Product`).

    ``array``: where tiles pay, (n, K, 64): W.T cut into tiles, the last one filled up with zeros; else W as it is.
    ``width``: M, filled up.
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

    def groups(self, B: int) -> tuple[int, int]:
        """How the tiles multiply B rows: groups, and rows of each; together at least B, the last ones are filler."""
        groups = max(1, -(-B // max(1, SMALL // (TILE * self.K))))
        # A single row would be multiplied as a vector, tile by tile: with a second one 5-25 % are saved.
        return groups, max(2, -(-B // groups))


class Product:
    """``x @ W.T`` of arrays made once: write into ``rows`` (B', K), call, read ``out`` (B', M or a little more).

    B' is B, or a little more where filler makes the product faster. ``by_columns`` tells how both lie in memory: by
    rows, or by columns (as the transposed array would by rows). Elementwise operations are fastest on arrays of the
    same order.
    """

    def __init__(self, weights: Weights, B: int) -> None:
        K, width, array = weights.K, weights.width, weights.array
        dtype = array.dtype
        self._left: FloatArray
        self._right: FloatArray
        self._result: FloatArray
        self.by_columns = not weights.in_tiles and B > FEW
        # What is multiplied is a stack of matrices at each call; only the views differ.
        if weights.in_tiles:
            groups, each = weights.groups(B)
            rows, out = np.zeros((groups * each, K), dtype), np.zeros((groups * each, width), dtype)
            self.rows, self.out = rows[:B], out[:B]
            self._left, self._right = rows.reshape(groups, 1, each, K), array
            self._result = out.reshape(groups, each, width // TILE, TILE).transpose(0, 2, 1, 3)
        elif self.by_columns:
            # 3-7 columns beyond a multiple of 8 take at least as long as 8: at K = 512 7 take 1.8 times as long.
            filled = B + 8 - B % 8 if B % 8 > 2 else B
            columns, result = np.zeros((K, filled), dtype), np.zeros((width, filled), dtype)
            self.rows, self.out = columns.T, result.T
            self._left, self._right, self._result = array, columns, result
        else:
            self.rows, self.out = np.zeros((B, K), dtype), np.zeros((B, width), dtype)
            self._left, self._right, self._result = array, self.rows[:, :, None], self.out[:, :, None]

    def __call__(self) -> None:
        """Multiply."""
        np.matmul(self._left, self._right, out=self._result)


def matrix_in_tiles(matrix: FloatArray, B: int) -> FloatArray:
    """A view (n, M / n, K) of a matrix (M, K), whose tiles are small enough for products with (K, B) columns.

    For ``np.matmul(view, x, out=z.reshape(n, M / n, B))``, which is ``matrix @ x``.
    """
    M, K = matrix.shape
    rows = M
    if layout() == "tiles":
        # Between 4 and 32 rows a tile nothing else was faster; below 4 a product in one piece is.
        fitting = [size for size in (32, 16, 8, 4) if M % size == 0 and size * K * B <= SMALL]
        rows = fitting[0] if fitting else M
    return matrix.reshape(M // rows, rows, K)
