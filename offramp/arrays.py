"""The types of arrays that the modules share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Positions = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

Indices = npt.NDArray[np.uint32]
"""Positions in other arrays, unsigned: compiled code need not ask whether they count from the end."""
