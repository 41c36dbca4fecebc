"""The folder of a workspace: which scenario files are in it, and the text of each.

What others write there (an editor, ``git pull``) is seen the next time one looks: a file is read anew where its time of
change, its size or its number on the disk is another. Links that lead out of the folder are not followed.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from offramp.workspace.files.ids import DEEPEST, SUFFIX, id_of, is_id, path_in_folder
from offramp.workspace.files.writing import Replaced, clear_unfinished, create_file, move_file, replace_file
from offramp.workspace.problems import Refusal, not_found

MOST_FILES = 2000
"""Scenarios of one folder; those beyond are named as left out."""

MOST_SEEN = 100_000
"""Files and folders that are looked at."""

RUN_FILE = "run.json"
"""What makes a folder that of a run."""

SETTLED = 2.0
"""Seconds after which a file that looks the same is the same: times of change are as coarse as the disk keeps them."""

SECTIONS = ("format: offramp", "parties:", "terms:", "assumptions:", "moves:", "outcomes:")
"""Beginnings of lines by which a scenario file is told from other files."""

OTHER_SUFFIXES = (".yml", SUFFIX)
"""Endings of YAML files, in small letters, that people give to scenarios; only the last is one."""

HEAD = 65_536
"""Bytes of a file in which they are looked for."""


@dataclass(frozen=True)
class Stamp:
    """By what a change of a file is noticed without reading it."""

    mtime_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        return cls(status.st_mtime_ns, status.st_size, status.st_ino)

    @property
    def changed(self) -> datetime:
        """When the file was changed."""
        return datetime.fromtimestamp(self.mtime_ns / 1e9, UTC)


@dataclass(frozen=True)
class Content:
    """What stands in a file; ``version`` is the SHA-256 of its text."""

    text: str
    version: str
    stamp: Stamp


@dataclass(frozen=True)
class Entry:
    """A scenario file as it was listed; ``version`` is None where it cannot be read, and ``trouble`` says why."""

    id: str
    file: str
    stamp: Stamp
    version: str | None
    trouble: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A file that is not listed, and why."""

    file: str
    why: str


@dataclass(frozen=True)
class Listing:
    """The scenarios of a folder, in the order of their ids, and what was left out."""

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]


def version_of(text: str) -> str:
    """The name of a text as a version: the SHA-256 of its bytes in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


class Folder:
    """The scenario files below a folder.

    Parameters
    ----------
    root : Path
    largest : int
        Bytes of a scenario file.
    """

    def __init__(self, root: Path, largest: int) -> None:
        self.root = root.resolve()
        self.largest = largest
        self._seen: dict[str, tuple[float, Entry | None]] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._guard = threading.Lock()

    @contextmanager
    def alone(self, scenario: str) -> Iterator[None]:
        """Nobody else on this server writes the scenario's file meanwhile."""
        with self._guard:
            lock = self._locks.setdefault(scenario.casefold(), threading.RLock())
        with lock:
            yield

    def listing(self) -> Listing:
        """All scenarios, each read only where it is not as it was."""
        entries: list[Entry] = []
        left_out: list[LeftOut] = []
        seen: dict[str, tuple[float, Entry | None]] = {}
        for path, file, why in self._walk():
            if not why and len(entries) >= MOST_FILES:
                why = f"there are more than {MOST_FILES:,} scenarios"  # noqa: PLW2901
            if why:
                left_out.append(LeftOut(file, why))
                continue
            found = self._entry(path, file, seen)
            if found is not None:
                entries.append(found)
        self._seen = seen
        return Listing(tuple(sorted(entries, key=lambda each: each.id)), tuple(left_out))

    def read(self, scenario: str) -> Content:
        """What stands in a scenario's file.

        Raises
        ------
        Refusal
            If it is not there (404), or is too large or no text (422).
        """
        return self._content(self.path_of(scenario))

    def version(self, scenario: str) -> str | None:
        """The version of a scenario's file; None where it is not there or cannot be read."""
        try:
            return self.read(scenario).version
        except Refusal:
            return None

    def path_of(self, scenario: str) -> Path:
        """The file of a scenario that is there; where it is a link, what it leads to.

        Raises
        ------
        Refusal
            404: there is no such file, or it is hidden, outside the folder, or differs in its capitals.
        """
        path = self.place(scenario)
        inside = path.relative_to(self.root)
        last = len(inside.parts) - 1
        for depth, piece in enumerate(inside.parts):
            parent = self.root.joinpath(*inside.parts[:depth])
            names = _names(parent)
            if piece not in names or RUN_FILE in names or (depth < last and (parent / piece).is_symlink()):
                raise not_found("scenario", scenario)
        real = path.resolve()
        if not real.is_relative_to(self.root) or not real.is_file() or _hidden(real.relative_to(self.root)):
            raise not_found("scenario", scenario)
        return real

    def place(self, scenario: str) -> Path:
        """Where a scenario's file stands, or would."""
        if not is_id(scenario):
            raise not_found("scenario", scenario)
        return self.root.joinpath(*path_in_folder(scenario).parts)

    def create(self, scenario: str, text: str) -> Content:
        """A new file.

        Raises
        ------
        Refusal
            409: there is one of that name, or one that differs in capitals only; or a folder on the way is none.
        """
        path = self.place(scenario)
        self._check_free(scenario, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(self.root):
            raise not_found("scenario", scenario)
        try:
            create_file(path, self._encoded(text))
        except FileExistsError:
            raise _taken(scenario) from None
        return self._content(path)

    def replace(self, scenario: str, text: str, expected: str) -> Replaced | None:
        """Give the file another text; None, and nothing is done, where its version is not the one ``expected``."""
        path = self.path_of(scenario)
        return replace_file(path, self._encoded(text), lambda content: _digest(content) == expected)

    def rename(self, scenario: str, to: str) -> None:
        """Give a scenario's file the name of another; 409 where that is taken."""
        path, target = self.place(scenario), self.place(to)
        self.path_of(scenario)
        self._move(path, to, target)

    def restore(self, scenario: str, file: Path) -> None:
        """Let a file that is not in the folder be a scenario's; 409 where there is one."""
        self._move(file, scenario, self.place(scenario))

    def _move(self, file: Path, scenario: str, target: Path) -> None:
        self._check_free(scenario, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            move_file(file, target)
        except FileExistsError:
            raise _taken(scenario) from None

    def _encoded(self, text: str) -> bytes:
        content = text.encode()
        if len(content) > self.largest:
            found, allowed = f"a text of {len(content):,} bytes", f"at most {self.largest:,}"
            raise Refusal(413, found, allowed, "split or shorten it")
        return content

    def _check_free(self, scenario: str, path: Path) -> None:
        parent = self.root
        for piece in path.relative_to(self.root).parts:
            names = {name.casefold(): name for name in _names(parent)}
            there = names.get(piece.casefold())
            if there is None:
                return
            parent = parent / there
            if there != piece:
                raise Refusal(409, f"{there!r} is there, which differs from {piece!r} in capitals only", "another name")
            if parent == path or not parent.is_dir() or parent.is_symlink() or (parent / RUN_FILE).exists():
                raise _taken(scenario)

    def _walk(self) -> Iterator[tuple[str, str, str]]:
        """Files whose names end as those of scenarios do, from the root too, each with why it is left out, if it is."""
        waiting = [(str(self.root), "", 0)]
        count = 0
        while waiting:
            folder, inside, depth = waiting.pop()
            entries = _scanned(folder)
            count += len(entries)
            if count > MOST_SEEN:
                yield folder, inside.rstrip("/") or ".", f"there are more than {MOST_SEEN:,} files"
                return
            if any(entry.name == RUN_FILE for entry in entries):
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    clear_unfinished(Path(entry.path))
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth + 1 < DEEPEST:
                        waiting.append((entry.path, f"{inside}{entry.name}/", depth + 1))
                elif entry.name.endswith(SUFFIX):
                    file = inside + entry.name
                    yield entry.path, file, self._why_not(entry, file)
                elif entry.name.lower().endswith(OTHER_SUFFIXES) and _is_meant(entry):
                    yield entry.path, inside + entry.name, f"its name does not end in {SUFFIX}; give it that ending"

    def _why_not(self, entry: os.DirEntry[str], file: str) -> str:
        """Why a file is no scenario that can be opened; empty where it is one."""
        if entry.is_symlink():
            real = Path(entry.path).resolve()
            if not real.is_relative_to(self.root) or _hidden(real.relative_to(self.root)):
                return "it is a link that leads elsewhere"
        if not entry.is_file():
            return "it is no file"
        if _id_of(file) is None:
            return "its name has other characters than letters a to z, digits and . _ -"
        return ""

    def _entry(self, path: str, file: str, seen: dict[str, tuple[float, Entry | None]]) -> Entry | None:
        """The entry of a file, None where it is no scenario's; what is found is noted in ``seen``."""
        started = time.time()
        try:
            stamp = Stamp.of(os.stat(path))  # noqa: PTH116
        except OSError:
            return None
        when, known = self._seen.get(path, (0.0, None))
        settled = known is not None and known.stamp == stamp and stamp.mtime_ns / 1e9 < when - SETTLED
        entry = known if settled else self._looked_at(Path(path), file, stamp)
        seen[path] = (when if settled else started, entry)
        return entry

    def _looked_at(self, path: Path, file: str, stamp: Stamp) -> Entry | None:
        name = _id_of(file)
        assert name is not None, "names were checked on the walk"
        try:
            content = self._content(path)
        except Refusal as refusal:
            return Entry(name, file, stamp, None, refusal.found)
        if not looks_like_one(content.text):
            return None
        return Entry(name, file, content.stamp, content.version)

    def _content(self, path: Path) -> Content:
        try:
            with os.fdopen(os.open(path.resolve(), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise not_found("file", path.name)
                content = file.read(self.largest + 1)
        except OSError as error:
            raise Refusal(422, f"a file that cannot be read ({error.strerror})", "", "check its permissions") from None
        if len(content) > self.largest:
            found, allowed = f"a file of {status.st_size:,} bytes", f"at most {self.largest:,}"
            raise Refusal(422, found, allowed, "split or shorten it")
        return Content(_decoded(content), _digest(content), Stamp.of(status))


def looks_like_one(text: str) -> bool:
    """Whether a text is meant as a scenario: another YAML file of the folder has none of its sections."""
    return any(line.startswith(SECTIONS) for line in text[:HEAD].removeprefix("\ufeff").splitlines())


def _is_meant(entry: os.DirEntry[str]) -> bool:
    """Whether a file is meant as a scenario, whatever its name ends in."""
    try:
        if not entry.is_file(follow_symlinks=False):
            return False
        with open(entry.path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return looks_like_one(file.read(HEAD))
    except OSError:
        return False


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refusal(422, "UTF-16 text", "UTF-8", "save the file as UTF-8")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise Refusal(422, f"a NUL character on line {line}", "text", "remove the character")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02x} on line {line}, which is not UTF-8 text"
        raise Refusal(422, found, "UTF-8", "save the file as UTF-8") from None


@lru_cache(maxsize=2 * MOST_FILES)
def _id_of(file: str) -> str | None:
    return id_of(PurePosixPath(file))


def _scanned(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


def _hidden(inside: Path) -> bool:
    return any(piece.startswith(".") for piece in inside.parts)


def _taken(scenario: str) -> Refusal:
    return Refusal(409, f"there is a scenario {scenario!r} already", "another name", "choose another name")
