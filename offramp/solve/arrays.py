"""Kernels: copies and fills as plain loops.

Slice assignment between arrays makes the compiler build code for shape mismatches and their messages, which costs
seconds of compile time.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats
from offramp.solve.jit import inlined


@inlined
def copy(source: Floats, target: Floats) -> None:
    """Overwrite ``target`` with the start of ``source``; both have one axis, and ``source`` is at least as long."""
    for i in range(len(target)):
        target[i] = source[i]


@inlined
def fill(target: Floats, value: float) -> None:
    """Overwrite every entry of ``target`` (one axis) with ``value``."""
    for i in range(len(target)):
        target[i] = value


@inlined
def all_finite(array: Floats) -> bool:
    """Whether no entry of ``array`` (one axis) is NaN or infinite."""
    finite = True
    for i in range(len(array)):
        finite = finite and bool(np.isfinite(array[i]))
    return finite
