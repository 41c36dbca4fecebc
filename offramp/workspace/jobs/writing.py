"""The reports of a run, written in all forms; a worker's part, as it needs the run itself."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from offramp.explore.run import Run
from offramp.tell.report.api import write
from offramp.tell.report.compose import compose
from offramp.tell.report.context import Context
from offramp.workspace.jobs.reports import FORMS, Reports

SOURCES = "sources"
"""The folder of the documents that passages are from: beside the scenario, else that of the workspace."""


def write_reports(result: Run, left_out: Mapping[str, str], run: Path, kept: Path) -> None:
    """Write the reports of a run that stands in the folder ``run``: all forms are there in the end, or none.

    Parameters
    ----------
    result : Run
    left_out : mapping of str to str
        Analyses that could not be made, and why.
    run : Path
    kept : Path
        Where the reports of all runs are.
    """
    place = Reports(kept).of(run)
    unfinished = place.with_name(f".{uuid4().hex}")
    unfinished.mkdir(parents=True)
    try:
        document = compose(Context(result, left_out, _documents(result)))
        for form in FORMS:
            write(document, unfinished / f"report.{form}", form)
        if not place.exists():
            unfinished.rename(place)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _documents(result: Run) -> Path | None:
    origin = result.scenario.origin
    if origin and (Path(origin.file).parent / SOURCES).is_dir():
        return None
    return Path(SOURCES) if Path(SOURCES).is_dir() else None
