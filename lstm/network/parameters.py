"""The network's sizes and parameters, and their initial values.

Parameters have PyTorch's names, shapes and gate order (i, f, g, o), so that a file of them is an `nn.Embedding`, an
`nn.LSTM` and an `nn.Linear`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lstm.arrays import FloatArray


@dataclass(frozen=True)
class Shape:
    """Sizes of a network: V units of text, embedding E, L layers of H hidden units each."""

    V: int
    E: int
    H: int
    L: int

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every parameter, in memory order."""
        V, E, H = self.V, self.E, self.H
        shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (V, E)}
        for k in range(self.L):
            shapes[f"lstm.weight_ih_l{k}"] = (4 * H, H if k else E)
            shapes[f"lstm.weight_hh_l{k}"] = (4 * H, H)
            shapes[f"lstm.bias_ih_l{k}"] = shapes[f"lstm.bias_hh_l{k}"] = (4 * H,)
        return shapes | {"output.weight": (V, H), "output.bias": (V,)}


def flat_views(
    shapes: Mapping[str, tuple[int, ...]], dtype: np.dtype[np.floating] | type[np.floating] = np.float32
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """A flat vector of zeros, and views of its parts with these names and shapes, in their order."""
    flat: FloatArray = np.zeros(sum(map(math.prod, shapes.values())), dtype)
    views: dict[str, FloatArray] = {}
    start = 0
    for name, size in shapes.items():
        end = start + math.prod(size)
        views[name] = flat[start:end].reshape(size)
        start = end
    return flat, views


class Parameters:
    """Named arrays that are views of one flat vector, so that optimiser and norm run over a single array."""

    def __init__(self, shape: Shape, dtype: np.dtype[np.floating] | type[np.floating] = np.float32) -> None:
        self.shape = shape
        self.flat, self._views = flat_views(shape.parameters(), dtype)

    def __getitem__(self, name: str) -> FloatArray:
        return self._views[name]

    def __setitem__(self, name: str, value: FloatArray | float) -> None:
        self._views[name][...] = value

    def items(self) -> Iterator[tuple[str, FloatArray]]:
        """Name and array (a view) of each parameter."""
        yield from self._views.items()

    def copy(self) -> "Parameters":
        """An independent copy."""
        other = Parameters(self.shape, self.flat.dtype)
        other.flat[...] = self.flat
        return other


def initial_parameters(
    shape: Shape,
    rng: np.random.Generator,
    log_frequencies: FloatArray | None = None,
    dtype: type[np.floating] = np.float32,
) -> Parameters:
    """Fresh weights: uniform in +-1/sqrt(H) as in PyTorch, embedding normal, forget bias 1.

    ``log_frequencies`` (V,) is the initial output bias: the loss then starts at the entropy of the units instead of
    log V, which is worth 0.16-0.27 bits per character after a million characters.
    """
    parameters = Parameters(shape, dtype)
    bound = 1 / np.sqrt(shape.H)
    for name, array in parameters.items():
        if name == "embedding.weight":
            array[...] = rng.standard_normal(array.shape)
        elif name == "output.bias":
            array[...] = 0 if log_frequencies is None else log_frequencies
        elif ".bias_" in name:
            # Jozefowicz, Zaremba & Sutskever 2015, section 2.2: forget bias 1. The other bias of the pair stays 0.
            array[shape.H : 2 * shape.H] = 1.0 if ".bias_ih" in name else 0.0
        else:
            array[...] = rng.uniform(-bound, bound, array.shape)
    return parameters
