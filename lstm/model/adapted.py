"""An artist as adapters on a base: what is stored is only the difference, and the base is found by its hash."""

from collections.abc import Callable
from dataclasses import dataclass

from lstm.network.adapters import Adapters
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Base:
    """A model that adapters belong to. One in memory serves all artists; its weights are read only when needed."""

    sha256: str
    """Of the file, as hexadecimal digits."""
    vocabulary: Vocabulary
    shape: Shape
    read_parameters: Callable[[], Parameters]
    """Returns the weights, as float32; the caller may change them."""


@dataclass(frozen=True)
class Adapted:
    """The weights of a model that differs from its base by adapters."""

    base: Base
    adapters: Adapters

    def merged(self) -> Parameters:
        """The weights of the whole network."""
        parameters = self.base.read_parameters()
        self.adapters.apply(parameters, parameters)
        return parameters
