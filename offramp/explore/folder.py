"""The folder in which a run keeps its results while it works: a checkpoint that lasts, or one that goes with the run.

A checkpoint holds ``manifest.json``, which says what run it belongs to, and pieces (see :mod:`offramp.explore.columns`)
named by the draws that they hold. Each file is written under another name, brought to the disk and then renamed, so
that a run that is killed at any moment leaves whole files only.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from offramp import __version__
from offramp.errors import RunError
from offramp.explore.options import Options
from offramp.game.game import Floats

FORMAT = "offramp.checkpoint/1"
MANIFEST = "manifest.json"
LOCK = "lock"


@dataclass(frozen=True)
class PieceFile:
    """A file with float64[R, count]: the results of ``count`` draws from number ``first`` on."""

    path: Path
    first: int
    count: int
    num_rows: int

    @property
    def header(self) -> int:
        """Bytes before the numbers."""
        return self.path.stat().st_size - 8 * self.num_rows * self.count

    def read(self, rows: slice) -> Floats:
        """float64[rows, count]."""
        start, stop, _ = rows.indices(self.num_rows)
        offset = self.header + 8 * start * self.count
        values = np.fromfile(self.path, dtype="<f8", count=(stop - start) * self.count, offset=offset)
        return values.reshape(stop - start, self.count)


class Folder:
    """A folder for pieces; see :func:`temporary` and :func:`checkpoint`.

    Attributes
    ----------
    lasts : bool
        Whether it outlives the run.
    """

    def __init__(self, path: Path | None, manifest: dict[str, Any] | None = None) -> None:
        self.lasts = path is not None
        self._path = path
        self._manifest = manifest
        self._lock: IO[str] | None = None
        self._is_there = path is not None and path.exists()
        if path is not None and self._is_there:
            _check_manifest(path, manifest or {})
            self._hold(path)

    def _hold(self, path: Path) -> None:
        self._lock = _locked(path)
        weakref.finalize(self, self._lock.close)

    def release(self) -> None:
        """Let other runs use the folder: nothing more will be written."""
        if self._lock is not None:
            self._lock.close()

    @property
    def path(self) -> Path:
        """The folder, which is made when it is first asked for."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="offramp-"))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        elif self.lasts and not self._is_there:
            self._path.mkdir(parents=True, exist_ok=True)
            if self._lock is None:
                self._hold(self._path)
            _write_whole(self._path / MANIFEST, json.dumps(self._manifest, indent=2).encode())
            self._is_there = True  # last: who is stopped before comes here again, so that no piece is without it
        return self._path

    def found(self, num_rows: int) -> list[PieceFile]:
        """The pieces that are there already, no draw in two of them; what is not whole is removed."""
        if not self.lasts or not self._is_there:
            return []
        for unfinished in self.path.glob("*.tmp"):
            unfinished.unlink()
        return list(_without_overlap(_pieces(self.path, num_rows)))

    def write(self, first: int, values: Floats) -> PieceFile:
        """Write float64[R, n], the results of draws from number ``first`` on."""
        num_rows, count = values.shape
        place = self.path / f"draws-{first:010d}-{first + count:010d}.npy"
        temporary = place.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.save(file, np.ascontiguousarray(values, dtype="<f8"))
            if self.lasts:
                _to_disk(file)
        temporary.replace(place)
        return PieceFile(place, first, count, num_rows)


def temporary() -> Folder:
    """A folder that is removed with the last that refers to it, or when Python ends."""
    return Folder(None)


def checkpoint(path: Path, scenario: str, options: Options) -> Folder:
    """The folder of a run that can be killed and taken up again; ``scenario`` is the digest of its text.

    Raises
    ------
    RunError
        If what is there is no checkpoint, is one of another run, or is in use.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise RunError(f"{str(path)!r} is there and is not a folder; name another for the checkpoint")
    return Folder(path, _manifest(scenario, options))


def discard(path: Path) -> None:
    """Remove a checkpoint that is no longer needed, if there is one."""
    if (path / MANIFEST).exists():
        shutil.rmtree(path)


def _manifest(scenario: str, options: Options) -> dict[str, Any]:
    """What must agree for the pieces of one run to be those of another.

    The number of draws is not among it: a draw does not depend on how many are asked for.
    """
    shaping = {name: value for name, value in options.record().items() if name != "draws"}
    return {"format": FORMAT, "offramp": __version__, "scenario": scenario, **shaping}


def _check_manifest(path: Path, wanted: dict[str, Any]) -> None:
    """Raise RunError unless ``path`` is empty or holds pieces of the run that ``wanted`` describes."""
    file = path / MANIFEST
    if not file.exists():
        others = sorted({entry.name for entry in path.iterdir()} - {LOCK, f"{MANIFEST}.tmp"})
        if others:
            raise RunError(f"{str(path)!r} holds {others[0]!r} and is no checkpoint; name another folder")
        return
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise RunError(f"{str(path)!r} holds a {MANIFEST} that is not of a checkpoint; name another folder")
    differing = [key for key in wanted if found.get(key) != wanted[key]]
    if differing:
        raise RunError(
            f"{str(path)!r} holds the beginning of another run: {_difference(differing[0], found, wanted)}; "
            "go on with what that run had, or remove the folder to begin anew"
        )


def _difference(key: str, found: dict[str, Any], wanted: dict[str, Any]) -> str:
    if key == "scenario":
        return "the scenario is not the same"
    if key == "offramp":
        return f"it was begun with offramp {found.get(key)} and this is {wanted[key]}"
    return f"its {key} is {found.get(key)} and not {wanted[key]}"


def _pieces(path: Path, num_rows: int) -> Iterator[PieceFile]:
    """The pieces in a folder whose files are as long as they must be; others are removed."""
    for file in path.glob("draws-*-*.npy"):
        _, first, stop = file.stem.split("-")
        piece = PieceFile(file, int(first), int(stop) - int(first), num_rows)
        if _shape(file) == (num_rows, piece.count):
            yield piece
        else:
            file.unlink()


def _shape(file: Path) -> tuple[int, ...] | None:
    """The shape that a ``.npy`` file holds; None where it is cut short or something else."""
    try:
        matrix = np.load(file, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError):
        return None
    shape: tuple[int, ...] = matrix.shape
    return shape if matrix.dtype == np.dtype("<f8") and matrix.flags.c_contiguous else None


def _without_overlap(pieces: Iterator[PieceFile]) -> Iterator[PieceFile]:
    """Pieces in order; of two with a draw in common the one that begins earlier, or is longer."""
    done = 0
    for piece in sorted(pieces, key=lambda each: (each.first, -each.count)):
        if piece.first >= done:
            yield piece
            done = piece.first + piece.count


def _locked(path: Path) -> IO[str]:
    """A lock on the folder that ends with this process, however it ends; a plain file where the system has none."""
    file = (path / LOCK).open("w", encoding="utf-8")
    try:
        import fcntl
    except ImportError:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise RunError(f"another run is at work in {str(path)!r}; wait for it, or name another folder") from None
    return file


def _write_whole(place: Path, content: bytes) -> None:
    temporary = place.with_name(f"{place.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        _to_disk(file)
    temporary.replace(place)


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
