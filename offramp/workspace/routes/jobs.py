"""Jobs: asked for, followed, ended and taken up again."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from offramp.explore.options import DEFAULT_DRAWS, DEFAULT_SEED
from offramp.scenario.draws import MAX_DRAWS
from offramp.scenario.load import loads
from offramp.workspace.access.roles import Editor, Reader
from offramp.workspace.bus import Event
from offramp.workspace.jobs import queue
from offramp.workspace.jobs.orders import RunOptions, relative_file
from offramp.workspace.jobs.texts import text_of
from offramp.workspace.problems import ProblemDocument, Refusal
from offramp.workspace.routes.common import SCENARIO_PATTERN, RowId, refusals
from offramp.workspace.routes.scenarios import Text
from offramp.workspace.site import Site, SiteOf
from offramp.workspace.streaming import EventStream

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

Status = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]

ScenarioName = Annotated[str, Field(max_length=200, pattern=SCENARIO_PATTERN)]

VersionName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

ShortText = Annotated[str, Field(min_length=1, max_length=200)]

STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events as they happen."}
}


class NewJob(BaseModel):
    """A run to make: of a scenario as it is, as it was in a version, or with another text."""

    model_config = ConfigDict(extra="forbid")

    scenario: ScenarioName
    version: VersionName | None = None
    text: Text | None = None
    kind: Literal["run"] = "run"
    draws: Annotated[int, Field(ge=1, le=MAX_DRAWS)] | Literal["auto"] = DEFAULT_DRAWS
    seed: int = Field(DEFAULT_SEED, ge=0, lt=2**53)
    precision: (
        Annotated[float, Field(ge=0, allow_inf_nan=False)]
        | ShortText
        | Annotated[
            dict[ShortText, Annotated[float, Field(ge=0, allow_inf_nan=False)] | ShortText], Field(max_length=64)
        ]
        | None
    ) = None
    equilibria: Literal["probe", "all"] | None = None
    explore: list[ShortText] = Field(default_factory=lambda: ["all"], max_length=32)


class JobDocument(BaseModel):
    """A job: what was asked for, how far it is, and what came of it."""

    id: str
    scenario: str
    version: str
    kind: Literal["run", "report"]
    options: dict[str, Any]
    by: str | None
    status: Status
    stage: str
    done: int
    total: int
    created: str
    started: str | None
    ended: str | None
    error: ProblemDocument | None
    left_out: dict[str, str]
    run: str | None
    place: int | None


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobDocument]


@router.post("", status_code=202, responses=refusals(404, 413))
def ask_for_a_run(site: SiteOf, person: Editor, body: NewJob) -> JobDocument:
    """Put a run into the queue.

    Without ``explore``, all analyses that can be made of the scenario are made.
    """
    text, version = _text(site, body)
    scenario = loads(text, relative_file(body.scenario))
    asked = body.model_dump(include={"draws", "seed", "precision", "equilibria", "explore"})
    options = RunOptions.checked(scenario, site.settings.limits.draws, **asked)
    return JobDocument(
        **site.jobs.add(
            person,
            scenario=body.scenario,
            version=version,
            text=text,
            kind="run",
            options=vars(options),
            total=options.most_draws,
        )
    )


@router.get("", responses=refusals())
def jobs_of_all(
    site: SiteOf,
    _: Reader,
    scenario: Annotated[str | None, Query(max_length=255, pattern=SCENARIO_PATTERN)] = None,
    status: Annotated[list[Status] | None, Query(max_length=6)] = None,
    limit: Annotated[int, Query(ge=1, le=queue.MOST_LISTED)] = 100,
) -> JobList:
    """The newest jobs: of a scenario, or with a status, or all."""
    found = site.jobs.listed(scenario, list(status or []), limit)
    return JobList(jobs=[JobDocument(**each) for each in found])


@router.get("/{number}", responses=refusals(404))
def job(site: SiteOf, _: Reader, number: RowId) -> JobDocument:
    """A job as it is."""
    return JobDocument(**site.jobs.one(number))


@router.post("/{number}/cancel", responses=refusals(404))
def cancel(site: SiteOf, person: Editor, number: RowId) -> JobDocument:
    """End a job of one's own; an owner may end anyone's. The draws that are done are kept."""
    return JobDocument(**site.jobs.cancel(number, person))


@router.post("/{number}/resume", responses=refusals(404))
def resume(site: SiteOf, person: Editor, number: RowId) -> JobDocument:
    """Take up a job that was cancelled or that failed; it goes on from the draws that are done, to the same bits."""
    return JobDocument(**site.jobs.resume(number, person))


@router.get("/{number}/events", response_class=EventStream, status_code=200, responses=STREAM | refusals(404, 503))
async def follow(site: SiteOf, person: Reader, number: RowId) -> EventStream:
    """A job as it goes on, as server-sent events: ``job``, first as it is now; the stream ends with the job."""
    listener = site.bus.subscribe(person.id)
    try:
        now = await run_in_threadpool(site.jobs.one, number)
    except Refusal:
        listener.leave()
        raise
    return EventStream(
        listener,
        [Event("job", now)],
        wanted=lambda event: event.kind == "job" and event.data["id"] == str(number),
        is_last=lambda event: event.data["status"] in (queue.DONE, queue.FAILED, queue.CANCELLED),
    )


def _text(site: Site, body: NewJob) -> tuple[str, str]:
    """The text to run, and its version."""
    if body.text is None:
        return text_of(site, body.scenario, body.version)
    content = body.text.encode()
    if len(content) > site.settings.limits.text:
        found, allowed = f"a text of {len(content):,} bytes", f"at most {site.settings.limits.text:,}"
        raise Refusal(413, found, allowed, "split or shorten it")
    return body.text, hashlib.sha256(content).hexdigest()
