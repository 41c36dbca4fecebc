"""Runs: listed, read, fetched, reported and thrown away."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Header, Query, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from offramp.workspace.access.roles import Editor, Reader
from offramp.workspace.jobs import queue
from offramp.workspace.jobs.reports import MEDIA, PICTURES, Form
from offramp.workspace.jobs.runs import MOST_RUNS, RUN_FILE, is_plain
from offramp.workspace.jobs.trash import throw_away
from offramp.workspace.models import Person
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.routes.common import SCENARIO_PATTERN, refusals
from offramp.workspace.routes.jobs import JobDocument
from offramp.workspace.site import Site, SiteOf

router = APIRouter(prefix="/api/runs", tags=["runs"])

RunId = Annotated[
    str,
    InPath(
        max_length=255,
        pattern=SCENARIO_PATTERN,
        description="The path of the run's folder in that of the workspace, with : for /",
    ),
]

FileName = Literal["scenario.yaml", "draws.parquet", "solutions.parquet", "equilibria.parquet", "run.json"]

PARQUET = "application/vnd.apache.parquet"

FILES: dict[str, str] = {
    "scenario.yaml": "application/yaml",
    "draws.parquet": PARQUET,
    "solutions.parquet": PARQUET,
    "equilibria.parquet": PARQUET,
    "run.json": "application/json",
}
"""The files of a run that can be fetched, and their media types."""

PATIENCE = 60.0
"""Seconds that who asks for a report waits until it is written."""


def _sends(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """For ``responses=``: that a route sends a file of one of these media types."""
    shape = {"schema": {"type": "string", "format": "binary"}}
    content = {kind: {} if kind == "application/json" else shape for kind in kinds}
    return {200: {"content": content, "description": "The file."}}


UNTRUSTED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}
"""A report holds texts of a scenario: nothing in it runs, reaches out or knows who reads it."""


class Headline(BaseModel):
    """The first answer of a run."""

    answer: str
    says: str
    probability: float | None
    interval: tuple[float, float] | None
    words: str | None
    run: str


class RunRow(BaseModel):
    """A run in a list; ``current`` says whether its scenario is as it was run."""

    id: str
    scenario: str | None
    version: str
    title: str
    made: str
    draws: int
    seed: int
    headline: Headline | None
    explored: list[str]
    current: bool


class RunList(BaseModel):
    """Runs, the newest first."""

    runs: list[RunRow]


class Prepared(BaseModel):
    """Whether the reports of a run are there; else the job that makes them."""

    ready: bool
    job: JobDocument | None = None


@router.get("", responses=refusals())
def runs_of_all(
    site: SiteOf,
    _: Reader,
    scenario: Annotated[str | None, Query(max_length=255)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = 200,
) -> RunList:
    """The runs of a scenario, or all, the newest first."""
    return RunList(runs=[RunRow(**row) for row in site.runs.rows(scenario, limit)])


@router.get(
    "/{run}", response_model=dict[str, Any], responses=refusals(404) | {304: {"description": "As you have it."}}
)
def run_document(
    site: SiteOf, _: Reader, run: RunId, if_none_match: Annotated[str | None, Header(max_length=200)] = None
) -> Response:
    """The whole document of a run, ``offramp.run/1``, with the documents of what was explored."""
    file = site.runs.folder(run) / RUN_FILE
    status = file.stat()
    tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(file.read_bytes(), media_type="application/json", headers=headers)


@router.delete("/{run}", status_code=204, responses=refusals(404))
def delete_run(site: SiteOf, person: Editor, run: RunId) -> None:
    """Throw a run away that one had made; an owner may throw away any. It lies in ``.offramp/trash``."""
    folder = site.runs.folder(run)
    if person.role != "owner" and site.runs.maker(run) != person.id:
        raise Refusal(403, "this run is somebody else's", "your own runs", "ask them, or an owner of this workspace")
    throw_away(site, person, run, folder)


@router.get("/{run}/files/{name}", response_class=FileResponse, responses=_sends(*FILES.values()) | refusals(404))
def run_file(site: SiteOf, _: Reader, run: RunId, name: FileName) -> FileResponse:
    """A file of a run."""
    file = site.runs.folder(run) / name
    if not is_plain(file):
        raise not_found("file", name)
    attachment = f"{run.rpartition(':')[2]}-{name}"
    return FileResponse(
        file, media_type=FILES[name], filename=attachment, headers={"X-Content-Type-Options": "nosniff"}
    )


@router.get(
    "/{run}/report.{form}",
    response_class=FileResponse,
    responses=_sends(*(MEDIA[form] for form in get_args(Form)), "application/json")
    | {202: {"model": Prepared, "description": "It is being made."}}
    | refusals(404, 409, 503),
)
async def report(
    site: SiteOf,
    person: Reader,
    run: RunId,
    form: Form,
    prepare: Annotated[bool, Query(description="Say whether it is there, and have it made where it is not")] = False,
    download: bool = False,
) -> Response:
    """The report of a run. Where it must be made first this waits for it; with ``prepare`` it answers at once."""
    folder = await run_in_threadpool(site.runs.folder, run)
    file = await run_in_threadpool(site.reports.find, folder, form)
    if prepare:
        answer = Prepared(ready=file is not None)
        if not file:
            answer.job = JobDocument(**await run_in_threadpool(ask_for_report, site, person, run))
        return JSONResponse(answer.model_dump(mode="json", by_alias=True), status_code=200 if file else 202)
    file = file or await made_report(site, person, run, form)
    name = f"{run.rpartition(':')[2]}.{form}"
    inline = "inline" if form == "html" and not download else "attachment"
    return FileResponse(file, media_type=MEDIA[form], filename=name, content_disposition_type=inline, headers=UNTRUSTED)


@router.get(
    "/{run}/" + PICTURES + "/{name}.svg",
    response_class=FileResponse,
    responses=_sends(MEDIA["svg"]) | refusals(404),
)
def report_picture(
    site: SiteOf, _: Reader, run: RunId, name: Annotated[str, InPath(max_length=100, pattern=r"^[A-Za-z0-9_.-]+$")]
) -> FileResponse:
    """A picture of the report in Markdown."""
    file = site.reports.picture(site.runs.folder(run), f"{name}.svg")
    if file is None:
        raise not_found("picture", name)
    return FileResponse(file, media_type=MEDIA["svg"], headers=UNTRUSTED)


def ask_for_report(site: Site, person: Person, run: str) -> dict[str, Any]:
    """The job that makes the reports of a run."""
    row = site.runs.row(run)
    return site.jobs.report_job(run, row["scenario"] or run, row["version"], person)


async def made_report(site: Site, person: Person, run: str, form: Form) -> Path:
    """The report of a run once it is made.

    Raises
    ------
    Refusal
        409: it cannot be made; 503: it takes too long.
    """
    job = await run_in_threadpool(ask_for_report, site, person, run)
    until = time.monotonic() + PATIENCE
    while under_way := job["status"] in queue.UNFINISHED or site.jobs.is_writing(run):
        if time.monotonic() > until:
            break
        await asyncio.sleep(0.25)
        job = await run_in_threadpool(site.jobs.one, int(job["id"]))
    if under_way:
        raise Refusal(503, "the report is being made", remedy="try again in a moment", headers={"Retry-After": "10"})
    folder = await run_in_threadpool(site.runs.folder, run)
    file = await run_in_threadpool(site.reports.find, folder, form)
    if file is None:
        why = job["error"]["found"] if job["error"] else f"its job was {job['status']}"
        raise Refusal(409, f"the report cannot be made: {why}", remedy="make the run again")
    return file
