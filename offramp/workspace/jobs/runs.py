"""The runs of a workspace: folders as ``offramp run --out`` writes them, wherever they are below its own.

A run's id is its folder's path from that of the workspace, with ``:`` for ``/``. A run that was copied in by hand is as
good as one that was made here.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from offramp.explore.names import EXPLORED
from offramp.workspace.jobs.heads import Head, read_head
from offramp.workspace.jobs.texts import current_versions
from offramp.workspace.models import Job, Version
from offramp.workspace.problems import not_found
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

RUNS = "runs"
"""The folder in which the workspace writes runs."""

RUN_FILE = "run.json"
"""What makes a folder that of a run."""

MOST_RUNS = 2000
"""Runs of one workspace; those made longest ago are left out."""

MOST_SEEN = 50_000
"""Files and folders that are looked at."""

DEEPEST = 5
"""Folders that one may stand in another."""

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_STAMP = re.compile(r"-(\d{8}-\d{6})(-\d+)?$")


@dataclass(frozen=True)
class Found:
    """A run that is there: its id, its folder, the head of its document, and when it was made."""

    id: str
    folder: Path
    head: Head
    explored: tuple[str, ...]
    made: datetime


@dataclass(frozen=True)
class Known:
    """By what the scenario of a run is told: what was asked for here, versions, and the files that are there."""

    made_here: Mapping[str, str]
    versions: Mapping[str, str]
    current: Mapping[str, str]

    def scenario(self, run: Found) -> str | None:
        """The id of a run's scenario; None where none is like it."""
        if run.id in self.made_here:
            return self.made_here[run.id]
        by_text = next((name for name, version in self.current.items() if version == run.head.digest), None)
        by_text = by_text or self.versions.get(run.head.digest)
        if by_text:
            return by_text
        stem = PurePosixPath(run.head.file or "").stem
        return next((name for name in self.current if stem and name.rpartition(":")[2] == stem), None)


class Runs:
    """The runs of a workspace.

    Parameters
    ----------
    site : Site
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._root = site.settings.folder.resolve()
        self._read: dict[Path, tuple[tuple[int, int, int], Found | None]] = {}
        self._lock = threading.Lock()

    def all(self) -> list[Found]:
        """The runs that are there, the newest first."""
        with self._lock:
            read: dict[Path, tuple[tuple[int, int, int], Found | None]] = {}
            for folder in _folders(self._root):
                stamp = _stamp(folder / RUN_FILE)
                if stamp is None:
                    continue
                known = self._read.get(folder)
                read[folder] = known if known and known[0] == stamp else (stamp, self._look(folder, stamp))
            self._read = read
            found = [run for _, run in read.values() if run is not None]
        return sorted(found, key=lambda run: (run.made, run.id), reverse=True)[:MOST_RUNS]

    def rows(
        self, scenario: str | None = None, limit: int = MOST_RUNS, current: Mapping[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """The runs as lists have them, the newest first; of one scenario, or of all.

        ``current`` are the versions of the files by scenario, for who knows them; else the files are looked at.
        """
        found = self.all()
        known = self._known(found, current)
        rows = (self._row(run, known) for run in found)
        return [row for row in rows if scenario in (None, row["scenario"])][:limit]

    def newest(self, current: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
        """For each scenario that has runs the row of the newest: of its text as it is now, else of an earlier one."""
        newest: dict[str, dict[str, Any]] = {}
        for row in self.rows(current=current):
            before = newest.get(row["scenario"])
            if row["scenario"] and (before is None or (row["current"] and not before["current"])):
                newest[row["scenario"]] = row
        return newest

    def row(self, run: str) -> dict[str, Any]:
        """A run as lists have it.

        Raises
        ------
        Refusal
            404: there is none.
        """
        folder = self.folder(run)
        stamp = _stamp(folder / RUN_FILE)
        found = self._look(folder, stamp) if stamp else None
        if found is None:
            raise not_found("run", run)
        return self._row(found, self._known([found]))

    def folder(self, run: str) -> Path:
        """The folder of a run.

        Raises
        ------
        Refusal
            404: there is none of that id inside the workspace's folder.
        """
        if not _ID.fullmatch(run):
            raise not_found("run", run)
        folder = folder_of(self._root, run)
        if folder.resolve() != folder or not is_plain(folder / RUN_FILE):
            raise not_found("run", run)
        return folder

    def maker(self, run: str) -> int | None:
        """The number of the person who had a run made; None where it was not made here."""
        with self._site.database.session() as session:
            made = select(Job.person_id).where(Job.run == run, Job.kind == "run").order_by(Job.id.desc())
            return session.scalar(made)

    def _look(self, folder: Path, stamp: tuple[int, int, int]) -> Found | None:
        name = id_of(self._root, folder)
        head = read_head(folder / RUN_FILE) if _ID.fullmatch(name) else None
        if head is None:
            return None
        explored = sorted(file.name.removesuffix(".parquet") for file in (folder / EXPLORED).glob("*.parquet"))
        return Found(name, folder, head, tuple(explored), _made(name, stamp[0]))

    def _known(self, runs: Iterable[Found], current: Mapping[str, str] | None = None) -> Known:
        digests = {run.head.digest for run in runs}
        with self._site.database.session() as session:
            made = select(Job.run, Job.scenario).where(Job.run.is_not(None), Job.kind == "run")
            made_here = {str(run): scenario for run, scenario in session.execute(made)}
            texts = select(Version.hash, Version.scenario).where(Version.hash.in_(digests)).distinct()
            versions = {row.hash: row.scenario for row in session.execute(texts)}
        return Known(made_here, versions, current_versions(self._site) if current is None else current)

    def _row(self, run: Found, known: Known) -> dict[str, Any]:
        scenario = known.scenario(run)
        return {
            "id": run.id,
            "scenario": scenario,
            "version": run.head.digest,
            "title": run.head.title,
            "made": said(run.made),
            "draws": run.head.draws,
            "seed": run.head.seed,
            "headline": run.head.headline and {**run.head.headline, "run": run.id},
            "explored": list(run.explored),
            "current": scenario is not None and known.current.get(scenario) == run.head.digest,
        }


def folder_of(root: Path, run: str) -> Path:
    """The folder that a run's id means; the id is one."""
    return root.joinpath(*run.split(":"))


def id_of(root: Path, folder: Path) -> str:
    """The id of a run's folder."""
    return folder.relative_to(root).as_posix().replace("/", ":")


def is_plain(file: Path) -> bool:
    """Whether a file is there and is no link."""
    return file.is_file() and not file.is_symlink()


def _folders(root: Path) -> Iterator[Path]:
    """The folders below ``root`` that hold a run; what is hidden, and links, are left out."""
    waiting, count = [(root, 0)], 0
    while waiting and count < MOST_SEEN:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError:
            continue
        count += len(found)
        if depth and any(entry.name == RUN_FILE for entry in found):
            yield folder
        elif depth < DEEPEST:
            inner = (each for each in found if each.is_dir(follow_symlinks=False) and not each.name.startswith("."))
            waiting.extend((folder / each.name, depth + 1) for each in inner)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """By what a change of a file is noticed; None where it is none, or a link."""
    if not is_plain(file):
        return None
    status = file.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _made(name: str, mtime_ns: int) -> datetime:
    """When a run was made: as its name says, else when its document was last changed."""
    stamp = _STAMP.search(name)
    if stamp:
        try:
            return datetime.strptime(stamp[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            pass
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC)
