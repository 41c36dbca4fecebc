"""The one place where compile options of kernels live.

Kernels loop over plain arrays, release the GIL and keep to the order of operations (no fastmath), so that a draw gives
the same bits alone, in a batch and on any number of threads.

Compiled code is kept on disk. Numba notices when the file of a kernel changes but not when a kernel that it calls
does, so the folder's name carries a digest of the kernel's file and of all files of offramp that it imports, however
indirectly: code compiled from other sources is never picked up.
"""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import config

from offramp.locking import locked

Function = TypeVar("Function", bound=Callable[..., object])

ROOT = Path(__file__).parent.parent.parent

LOCK = "lock"
"""The file, beside compiled code, that is held by who adds to it."""


def kernel(function: Function) -> Function:
    """Compile ``function`` to machine code on its first call; the code is cached on disk."""
    return _compiled(function)


def lean(function: Function) -> Function:
    """A kernel that makes no arrays, only uses those it is given (views of them included).

    Without reference counts, which are atomic and shared by all threads, hot loops run several times as fast.
    """
    return _compiled(function, _nrt=False)


def inlined(function: Function) -> Function:
    """A lean kernel whose code is copied to where it is called: a call passes every array of every tuple by value."""
    return _compiled(function, _nrt=False, forceinline=True)


def _compiled(function: Function, **options: bool) -> Function:
    before = getattr(config, "CACHE_DIR")  # noqa: B009 - numba sets it at run time, type checkers do not see it
    setattr(config, "CACHE_DIR", _cache_folder(function.__code__.co_filename))  # noqa: B010
    try:
        made = cast("Any", njit)(nogil=True, cache=True, fastmath=False, error_model="numpy", **options)(function)
    finally:
        setattr(config, "CACHE_DIR", before)  # noqa: B010
    if hasattr(made, "_cache"):  # where numba is switched off a function stays as it is
        _save_alone(made._cache._cache_file)
    return cast("Function", made)


def _save_alone(file: Any) -> None:
    """Have one process at a time add to a kernel's files.

    Numba reads the index, adds to it and writes it back: two that do so at once could give two signatures one file.
    """
    save, folder = file.save, Path(file._cache_path)

    def save_alone(key: object, data: object) -> None:
        with locked(folder / LOCK):
            save(key, data)

    file.save = save_alone


def is_compiled(function: Callable[..., object]) -> bool:
    """Whether code for a kernel lies on disk, so that its first call is quick; True where numba is switched off."""
    if getattr(config, "DISABLE_JIT"):  # noqa: B009
        return True
    return any(cache_folder(function).rglob(f"*.{function.__name__}-*.nbc"))


def cache_folder(function: Callable[..., object]) -> Path:
    """The folder of the compiled code of a function; it may not be there yet."""
    return Path(_cache_folder(function.__code__.co_filename))


@cache
def _cache_folder(file: str) -> str:
    """Where the compiled kernels of ``file`` are: in ``NUMBA_CACHE_DIR``, beside the solver, or in the user's cache."""
    sources = sorted(_sources(Path(file)))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    beside = Path(__file__).parent
    if "NUMBA_CACHE_DIR" in os.environ:
        base = Path(os.environ["NUMBA_CACHE_DIR"])
    elif os.access(beside, os.W_OK):
        base = beside / "__pycache__"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "offramp"
    return str(base / f"kernels-{digest}")


def _sources(file: Path) -> set[Path]:
    """``file`` and every file of offramp that it imports, directly or through others."""
    found: set[Path] = set()
    pending = [file]
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += _imports(path)
    return found


@cache
def _imports(file: Path) -> tuple[Path, ...]:
    """The files of offramp that ``file`` names in ``from offramp... import``."""
    modules = [
        node.module
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("offramp.")
    ]
    paths = (ROOT.joinpath(*module.split(".")).with_suffix(".py") for module in modules)
    return tuple(path for path in paths if path.is_file())
