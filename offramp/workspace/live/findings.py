"""What runs found, for pages that show it beside a scenario."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from offramp.workspace.jobs.runs import RUN_FILE
from offramp.workspace.problems import Refusal
from offramp.workspace.site import Site

LARGEST = 64_000_000
"""Bytes of a run's document that is read."""

KEPT = 64
"""Documents of analyses that are kept."""


class Finding(NamedTuple):
    """What an analysis of a run found: the run's id, whether it is of the text as it is, and the whole document."""

    run: str
    current: bool
    document: dict[str, Any]


def newest_finding(site: Site, scenario: str, analysis: str) -> Finding | None:
    """The analysis of the newest run that has it; a run of the text as it is goes before all others."""
    rows = [row for row in site.runs.rows(scenario) if analysis in row["explored"]]
    for row in sorted(rows, key=lambda each: not each["current"]):
        document = _document(site, row["id"], analysis)
        if document is not None:
            return Finding(row["id"], row["current"], document)
    return None


def _document(site: Site, run: str, analysis: str) -> dict[str, Any] | None:
    """The document of an analysis; None where the run has gone, or its document has none."""
    try:
        file = site.runs.folder(run) / RUN_FILE
        status = file.stat()
    except (Refusal, OSError):
        return None
    return _read(file, analysis, status.st_mtime_ns, status.st_size) if status.st_size <= LARGEST else None


@lru_cache(KEPT)
def _read(file: Path, analysis: str, changed: int, size: int) -> dict[str, Any] | None:  # noqa: ARG001
    """The document as it was when the file was ``changed`` and of a ``size``."""
    try:
        found = json.loads(file.read_bytes())["explored"][analysis]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None
