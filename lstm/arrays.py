"""Types of the arrays that modules pass to each other."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
"""float32 in training and sampling, float64 in checks of the gradient."""
IntArray: TypeAlias = NDArray[np.integer[Any]]
"""Ids of units."""
BoolArray: TypeAlias = NDArray[np.bool_]
"""Masks."""
