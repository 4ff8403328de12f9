"""What marked lines taught a base: low-rank differences of its matrices, with which it and its artists sing.

They lie beside the base and are no part of it. Artists are trained on the base as it is, and likelihoods are measured
without them: a minute of training on songs would unlearn what they know, while added to an artist's own differences
they keep nearly all of it (``tests/benchmarks/SENSE.md``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lstm.arrays import FloatArray
from lstm.model.model_file import dump_tensors, tensors_beside_base
from lstm.network.adapters import adapted_matrices
from lstm.network.parameters import Parameters

FILE = "preferred.safetensors"


@dataclass(frozen=True)
class Preferred:
    """Differences from a base's matrices; embedding and biases stay as they are."""

    factors: Mapping[str, tuple[FloatArray, FloatArray]]
    """Of each matrix (M, K): left (M, r) and right (r, K)."""

    @classmethod
    def between(cls, base: Parameters, taught: Parameters, rank: int) -> "Preferred":
        """What is nearest to the differences between two networks at a rank (Eckart & Young 1936)."""
        factors: dict[str, tuple[FloatArray, FloatArray]] = {}
        for name in adapted_matrices(base.shape):
            U, S, V = np.linalg.svd(taught[name] - base[name], full_matrices=False)
            root = np.sqrt(S[:rank])
            factors[name] = (U[:, :rank] * root, root[:, None] * V[:rank])
        return cls(factors)

    def add_to(self, parameters: Parameters) -> None:
        """Add them to the base's weights, in place."""
        for name, (left, right) in self.factors.items():
            parameters[name] += left @ right

    def dump(self, base_sha256: str, **metadata: str) -> bytes:
        """As a file, in half precision."""
        tensors = {}
        for name, (left, right) in self.factors.items():
            tensors[f"{name}.left"], tensors[f"{name}.right"] = left.astype(np.float16), right.astype(np.float16)
        return dump_tensors(tensors, {"base": base_sha256, **metadata})


def preferred_of(base_sha256: str) -> Preferred | None:
    """What was taught the base with a hash, or None if nothing was. Reads the file at each call.

    Raises:
        ModelFileError: the file is damaged.
    """
    if (tensors := tensors_beside_base(FILE, base_sha256)) is None:
        return None
    names = [name.removesuffix(".left") for name in tensors if name.endswith(".left")]
    wide = {name: array.astype(np.float32) for name, array in tensors.items()}
    return Preferred({name: (wide[f"{name}.left"], wide[f"{name}.right"]) for name in names})
