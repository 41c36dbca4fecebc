"""The one place where compile options of kernels live.

Kernels loop over plain arrays, release the GIL and keep strict IEEE arithmetic (no fastmath), so that a draw gives the
same bits alone, in a batch and on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile ``function`` to machine code on its first call; the code is cached on disk."""
    return cast(Function, njit(nogil=True, cache=True, fastmath=False, error_model="numpy")(function))
