"""The one place where compile options of kernels live.

Kernels loop over plain arrays, release the GIL and keep strict IEEE arithmetic (no fastmath), so that a draw gives the
same bits alone, in a batch and on any number of threads.

Compiled code is kept on disk. Numba notices when the file of a kernel changes but not when a kernel that it calls
does, so the folder's name carries a digest of all solver sources: code compiled from other sources is never picked
up.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from numba import njit
from numba.core import config

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile ``function`` to machine code on its first call; the code is cached on disk."""
    before = getattr(config, "CACHE_DIR")  # noqa: B009 - numba sets it at run time, type checkers do not see it
    setattr(config, "CACHE_DIR", _cache_folder())  # noqa: B010
    try:
        return cast("Function", njit(nogil=True, cache=True, fastmath=False, error_model="numpy")(function))
    finally:
        setattr(config, "CACHE_DIR", before)  # noqa: B010


def is_compiled(function: Callable[..., object]) -> bool:
    """Whether code for a kernel lies on disk, so that its first call is quick; True where numba is switched off."""
    if getattr(config, "DISABLE_JIT"):  # noqa: B009
        return True
    return any(Path(_cache_folder()).rglob(f"*.{function.__name__}-*.nbc"))


@cache
def _cache_folder() -> str:
    """Where compiled kernels are kept: in ``NUMBA_CACHE_DIR``, beside the sources, or in the user's cache."""
    sources = Path(__file__).parent
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(sources.glob("*.py")))).hexdigest()[:16]
    if "NUMBA_CACHE_DIR" in os.environ:
        base = Path(os.environ["NUMBA_CACHE_DIR"])
    elif os.access(sources, os.W_OK):
        base = sources / "__pycache__"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "offramp"
    return str(base / f"kernels-{digest}")
