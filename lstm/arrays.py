"""Names for the kinds of arrays that pass between modules."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
"""float32 in training and sampling, float64 in checks of the gradient."""
IntArray: TypeAlias = NDArray[np.integer[Any]]
"""Ids of characters."""
BoolArray: TypeAlias = NDArray[np.bool_]
"""Masks."""
