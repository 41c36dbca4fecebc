"""A job of a workspace, followed to its end: by its events, and where they are lost by asking now and then."""

from __future__ import annotations

import time
from typing import Any

import httpx2

from offramp.errors import WorkspaceError
from offramp.explore.batches import Progress
from offramp.workspace.client.wire import Wire, error_of

ENDED = frozenset({"done", "failed", "cancelled"})

SILENCE = 45.0
"""Seconds after which a stream without a word counts as lost; a server that is alive says so every 15."""

BETWEEN_ASKED = 1.0
"""Seconds between two questions where events are lost."""


def followed(wire: Wire, job: dict[str, Any], progress: Progress | None) -> dict[str, Any]:
    """A job that is done. Ctrl-C cancels it; what is done is kept there, and the job can be resumed.

    Raises
    ------
    OfframpError
        If it fails, is cancelled by somebody, or the workspace can no longer be reached.
    """
    try:
        while job["status"] not in ENDED:
            job = _listened(wire, job, progress)
    except KeyboardInterrupt:
        wire.send("POST", f"/api/jobs/{job['id']}/cancel")
        raise
    if job["status"] == "cancelled":
        raise WorkspaceError(f"job {job['id']} was cancelled", remedy="resume it, or ask for the run again")
    if job["status"] == "failed":
        raise error_of(job["error"] or {}, (job["error"] or {}).get("status", 500))
    return job


def _listened(wire: Wire, job: dict[str, Any], progress: Progress | None) -> dict[str, Any]:
    """The job as its events tell until it ends; as it is where they end before."""
    try:
        with wire.events(f"/api/jobs/{job['id']}/events", SILENCE) as events:
            for kind, told in events:
                if kind == "job":
                    job = told
                    _report(job, progress)
    except (httpx2.TransportError, WorkspaceError):
        time.sleep(BETWEEN_ASKED)
    if job["status"] not in ENDED:
        job = wire.get(f"/api/jobs/{job['id']}")
        _report(job, progress)
    return job


def _report(job: dict[str, Any], progress: Progress | None) -> None:
    if progress is not None and job["total"]:
        progress(job["done"], job["total"])
