"""Files are written whole or not at all.

The new content is written beside the file under a hidden name, brought to the disk and then given the file's name. A
server that is killed at any moment leaves the old content or the new, never a part of either.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UNFINISHED = ".offramp-unfinished"
"""How the name of a file ends that is being written."""

FORGOTTEN = 600.0
"""Seconds after which nobody is writing it any more."""


def _read_umask() -> int:
    """The mode bits that new files are made without; it can only be read by setting it, which is done once."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _read_umask()


@dataclass(frozen=True)
class Replaced:
    """That a file has another content; ``late`` is what someone wrote into the old one in the last moment, if so."""

    late: bytes | None = None


def replace_file(path: Path, content: bytes, still: Callable[[bytes], bool]) -> Replaced | None:
    """Give a file another content; its mode stays.

    Parameters
    ----------
    path : Path
        A file that is there.
    content : bytes
    still : callable
        Asked with what stands in the file right before it is replaced: whether it is what one believes. Where it is
        not, or the file is gone, nothing is done, and None comes back.
    """
    with _written(path, content) as unfinished:
        try:
            with path.open("rb") as old:
                unfinished.chmod(stat.S_IMODE(os.fstat(old.fileno()).st_mode))
                before = old.read()
                if not still(before):
                    return None
                unfinished.replace(path)
                old.seek(0)
                after = old.read()
        except FileNotFoundError:
            return None
    _to_disk(path.parent)
    return Replaced(after if after != before else None)


def create_file(path: Path, content: bytes) -> None:
    """A new file.

    Raises
    ------
    FileExistsError
        If there is one of that name; it stays as it is.
    """
    with _written(path, content) as unfinished:
        unfinished.chmod(0o666 & ~_UMASK)
        try:
            os.link(unfinished, path)
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            with path.open("xb") as file:
                file.write(content)
                _flush(file.fileno())
    _to_disk(path.parent)


def move_file(path: Path, target: Path) -> None:
    """Give a file another name, or bring it into another folder.

    Raises
    ------
    FileExistsError
        If there is one of that name; both stay as they are.
    """
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # another disk, or one without hard links
        create_file(target, path.read_bytes())
    path.unlink()
    _to_disk(target.parent)


def clear_unfinished(path: Path) -> None:
    """Remove a file that a server left which was killed while it wrote it."""
    with contextlib.suppress(OSError):
        if path.name.endswith(UNFINISHED) and time.time() - path.stat().st_mtime > FORGOTTEN:
            path.unlink()


@contextmanager
def _written(path: Path, content: bytes) -> Iterator[Path]:
    """A file beside ``path`` that holds the content, on the disk; gone afterwards, unless it was renamed."""
    number, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            _flush(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _flush(number: int) -> None:
    os.fsync(number)


def _to_disk(folder: Path) -> None:
    """See that a name given in a folder outlives a loss of power, where the system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
