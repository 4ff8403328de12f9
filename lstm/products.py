"""Matrix products with few columns, cut into tiles that OpenBLAS multiplies without copying them first.

A general matrix product (GEMM) copies both factors into an order of its own before it multiplies. That pays for large
products; the time loop's have a large matrix of weights but only B columns, and there the copy costs as much as the
product. With its kernels for AVX-512 OpenBLAS leaves the copy out where rows x columns x depth <= 100^3
(kernel/x86_64/sgemm_small_kernel_permit_skylakex.c), so a product is handed to it in tiles of that size: one call of
`np.matmul` over a stack of tiles, no Python loop. Measured on one core of an AMD Zen 4 against the product in one
piece, weights of H = 512 (4H, H): B = 2 4.5 times as fast, 4 3.5, 8 2.3, 16 1.8, 64 1.3; H = 128: 1.0-1.3.

OpenBLAS's kernels for other processors (Haswell's) have no such way, and tiles cost up to twice the time there. Nothing
tells from outside which are in use, so `tiles_pay` measures it, once a process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import numpy as np

from lstm.arrays import FloatArray

SMALL = 1_000_000
"""Rows x columns x depth up to which a product needs no copy."""
TILE = 64
"""Outputs a tile of `Tiles`: four vectors of the kernel; 32 and 96 were up to 15 % slower, 48 up to 30 %."""


@cache
def tiles_pay() -> bool:
    """Whether products in tiles are faster here: by 2.7 times with kernels that have the way, else slower by half.

    Takes a millisecond; the fastest of a few runs of each is compared, which a busy machine does not turn around.
    """
    B, H, n = 4, 256, 16
    rows, whole, tiles = np.ones((B, H), np.float32), np.ones((H, n * TILE), np.float32), np.ones((n, H, TILE), "f4")
    out = np.empty((B, n * TILE), np.float32)
    in_tiles = out.reshape(B, n, TILE).transpose(1, 0, 2)

    def seconds(product: Callable[[], object]) -> float:
        started = time.perf_counter()
        product()
        return time.perf_counter() - started

    pairs = [
        (seconds(lambda: np.matmul(rows, tiles, out=in_tiles)), seconds(lambda: np.matmul(rows, whole, out=out)))
        for _ in range(8)
    ]
    return min(a for a, _ in pairs) < min(b for _, b in pairs)


class Tiles:
    """A matrix W (M, K), kept for products ``x @ W.T`` with any number of rows x.

    ``tiles`` (n, K, M / n): W.T cut into strips, M filled up with zeros; a single strip where tiles do not pay.
    """

    def __init__(self, matrix: FloatArray) -> None:
        M, self.K = matrix.shape
        strip = TILE if tiles_pay() else M
        n = -(-M // strip)
        self.width = n * strip
        """M, filled up."""
        filled = np.zeros((self.width, self.K), matrix.dtype)
        filled[:M] = matrix
        self.tiles = np.ascontiguousarray(filled.reshape(n, strip, self.K).transpose(0, 2, 1))

    def groups(self, B: int) -> tuple[int, int]:
        """How B rows are multiplied: groups, and rows of each; together at least B, the last ones are filler."""
        if not tiles_pay():
            return 1, B
        groups = max(1, -(-B // max(1, SMALL // (TILE * self.K))))
        # A single row would be multiplied as a vector, tile by tile: with a second one 5-25 % are saved.
        return groups, max(2, -(-B // groups))


class Product:
    """``x @ W.T`` of arrays made once: write into ``rows`` (B, K), call, read ``out`` (B, M or a little more)."""

    def __init__(self, weights: Tiles, B: int) -> None:
        groups, each = weights.groups(B)
        rows = np.zeros((groups * each, weights.K), weights.tiles.dtype)
        out = np.zeros((groups * each, weights.width), weights.tiles.dtype)
        self.rows, self.out = rows[:B], out[:B]
        self._tiles = weights.tiles
        n, _, strip = weights.tiles.shape
        self._stack = rows.reshape(groups, 1, each, weights.K)
        self._out = out.reshape(groups, each, n, strip).transpose(0, 2, 1, 3)

    def __call__(self) -> None:
        """Multiply."""
        np.matmul(self._stack, self._tiles, out=self._out)


def matrix_in_tiles(matrix: FloatArray, B: int) -> FloatArray:
    """A view (n, M / n, K) of a matrix (M, K), whose tiles are small enough for products with (K, B) columns.

    For ``np.matmul(view, x, out=z.reshape(n, M / n, B))``, which is ``matrix @ x``.
    """
    M, K = matrix.shape
    rows = M
    if tiles_pay():
        # Between 4 and 32 rows a tile nothing else was faster; below 4 a product in one piece is.
        fitting = [size for size in (32, 16, 8, 4) if M % size == 0 and size * K * B <= SMALL]
        rows = fitting[0] if fitting else M
    return matrix.reshape(M // rows, rows, K)
