"""What a training changes: all weights, or the adapters of a base.

The training loop sees one flat vector, the network's weights that follow from it, and its gradient.
"""

from typing import Protocol

import numpy as np

from lstm.arrays import FloatArray
from lstm.model.adapted import Adapted, Base
from lstm.network.adapters import Adapters
from lstm.network.parameters import Parameters


class Trainable(Protocol):
    """What the training loop updates."""

    parameters: Parameters
    """The network's weights."""
    flat: FloatArray
    """What the optimiser changes."""

    def gradient(self, of_weights: Parameters) -> FloatArray:
        """The gradient of `flat`, from that of the weights; it may be changed until the next call."""

    def apply(self) -> None:
        """Bring `parameters` up to date with `flat`."""

    def copy(self) -> "Trainable":
        """An independent copy."""

    def weights(self) -> Parameters | Adapted:
        """What a model holds; not a copy."""


class AllWeights:
    """Every weight is trained."""

    def __init__(self, parameters: Parameters) -> None:
        """``parameters`` are changed in place."""
        self.parameters, self.flat = parameters, parameters.flat

    def gradient(self, of_weights: Parameters) -> FloatArray:
        """That of the weights itself."""
        return of_weights.flat

    def apply(self) -> None:
        """Nothing to do: `flat` is the weights' memory."""

    def copy(self) -> "AllWeights":
        """An independent copy."""
        return AllWeights(self.parameters.copy())

    def weights(self) -> Parameters:
        """What a model holds."""
        return self.parameters


class AdaptersOnly:
    """Adapters are trained, and the base stays as it is."""

    def __init__(self, base: Base, base_parameters: Parameters, adapters: Adapters) -> None:
        """``adapters`` are changed in place, ``base_parameters`` are not."""
        self._base, self._base_parameters = base, base_parameters
        self.adapters, self.flat = adapters, adapters.flat
        self.parameters = adapters.merged(base_parameters)
        self._gradient = Adapters(adapters.shape, adapters.rank, np.float32)

    def gradient(self, of_weights: Parameters) -> FloatArray:
        """By the chain rule through W = W0 + A B."""
        self.adapters.gradient(of_weights, self._gradient)
        return self._gradient.flat

    def apply(self) -> None:
        """Merge the adapters into the base's weights."""
        self.adapters.apply(self._base_parameters, self.parameters)

    def copy(self) -> "AdaptersOnly":
        """An independent copy that shares the base's weights."""
        return AdaptersOnly(self._base, self._base_parameters, self.adapters.copy())

    def weights(self) -> Adapted:
        """What a model holds."""
        return Adapted(self._base, self.adapters)
