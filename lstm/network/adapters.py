"""Low-rank adapters: an artist as a small difference from a base (Hu et al. 2021, "LoRA", arXiv 2106.09685).

Each weight matrix W (M, K) that meets a hidden state or an embedding becomes

    W = W0 + A B,    A (M, r), B (r, K)

with W0 that of the base, and every bias is free. The embedding stays the base's. A starts at zero, so that training
starts from the base itself, and B is random, scaled so that an input of unit variance is mapped to unit variance.
"""

from collections.abc import Iterator

import numpy as np

from lstm.arrays import FloatArray
from lstm.network.parameters import Parameters, Shape, flat_views


def adapted_matrices(shape: Shape) -> dict[str, tuple[int, int]]:
    """Name -> (M, K) of the matrices that adapters change, in memory order."""
    return {
        name: (size[0], size[1])
        for name, size in shape.parameters().items()
        if len(size) == 2 and name != "embedding.weight"
    }


def biases(shape: Shape) -> dict[str, int]:
    """Name -> length of the biases, which are free."""
    return {name: size[0] for name, size in shape.parameters().items() if len(size) == 1}


class Adapters:
    """The factors and biases of one artist, as views of one flat vector."""

    def __init__(self, shape: Shape, rank: int, dtype: type[np.floating] = np.float32) -> None:
        """All zeros: no difference from the base's matrices.

        Raises:
            ValueError: the rank is not positive.
        """
        if rank < 1:
            raise ValueError("the rank of adapters must be positive")
        self.shape, self.rank = shape, rank
        sizes: dict[str, tuple[int, ...]] = {}
        for name, (M, K) in adapted_matrices(shape).items():
            sizes[f"{name}.left"], sizes[f"{name}.right"] = (M, rank), (rank, K)
        sizes |= {name: (length,) for name, length in biases(shape).items()}
        self.flat, self._views = flat_views(sizes, dtype)

    @classmethod
    def initial(cls, base: Parameters, rank: int, rng: np.random.Generator) -> "Adapters":
        """Adapters that leave the base as it is, ready to be trained."""
        adapters = cls(base.shape, rank)
        for name, (_, K) in adapted_matrices(base.shape).items():
            adapters.right(name)[...] = rng.standard_normal((rank, K)) / np.sqrt(K)
        for name in biases(base.shape):
            adapters._views[name][...] = base[name]
        return adapters

    def left(self, name: str) -> FloatArray:
        """A of a matrix, (M, r)."""
        return self._views[f"{name}.left"]

    def right(self, name: str) -> FloatArray:
        """B of a matrix, (r, K)."""
        return self._views[f"{name}.right"]

    def bias(self, name: str) -> FloatArray:
        """A bias, in place of the base's."""
        return self._views[name]

    def items(self) -> Iterator[tuple[str, FloatArray]]:
        """Name and array (a view) of each factor and bias, as they are stored in a file."""
        yield from self._views.items()

    def copy(self) -> "Adapters":
        """An independent copy."""
        other = Adapters(self.shape, self.rank, self.flat.dtype.type)
        other.flat[...] = self.flat
        return other

    def apply(self, base: Parameters, out: Parameters) -> None:
        """Write the adapted weights to ``out``, which may be ``base`` itself, or have its embedding already."""
        for name in adapted_matrices(self.shape):
            difference = self.left(name) @ self.right(name)
            np.add(base[name], difference, out=out[name])
        for name in biases(self.shape):
            out[name] = self.bias(name)

    def merged(self, base: Parameters) -> Parameters:
        """The whole network."""
        parameters = base.copy()
        self.apply(base, parameters)
        return parameters

    def gradient(self, of_weights: Parameters, out: "Adapters") -> None:
        """Write the gradient of the factors and biases to ``out``, from that of the adapted weights.

        dA = dW B^T and dB = A^T dW.
        """
        for name in adapted_matrices(self.shape):
            np.matmul(of_weights[name], self.right(name).T, out=out.left(name))
            np.matmul(self.left(name).T, of_weights[name], out=out.right(name))
        for name in biases(self.shape):
            out.bias(name)[...] = of_weights[name]
