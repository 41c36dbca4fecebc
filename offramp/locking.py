"""A lock between processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """One at a time, the others wait; ``file`` is made, and stays. Nobody waits where the system has no locks."""
    with file.open("w", encoding="utf-8") as held:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
