"""Links to reports: made, listed, taken back; and what whoever has one reads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from offramp.workspace.access.roles import Editor, Reader
from offramp.workspace.database import now
from offramp.workspace.jobs import shares
from offramp.workspace.models import Share
from offramp.workspace.routes.common import SCENARIO_PATTERN, RowId, refusals
from offramp.workspace.routes.runs import made_report
from offramp.workspace.site import Site, SiteOf
from offramp.workspace.times import Time

router = APIRouter(tags=["shares"])

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing in a report runs, sends or is framed; its own style and pictures are all that it needs."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}

SAYS = {
    shares.UNKNOWN: ("There is no such report", "Check the link, or ask whoever sent it to you."),
    shares.OVER: ("This link is over", "It has expired or was taken back. Ask whoever sent it to you for another."),
}

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 20vh auto 0; max-width: 32rem; padding: 0 1rem }}</style>
</head>
<body><main><h1>{title}</h1><p>{says}</p></main></body>
</html>
"""

PAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "The report."},
    404: {"content": {"text/html": {}}, "description": "There is no such link."},
    410: {"content": {"text/html": {}}, "description": "The link has expired or was taken back."},
}


class NewShare(BaseModel):
    """A link to make: to the report of a run, for some days."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(max_length=255, pattern=SCENARIO_PATTERN)
    days: int = Field(14, ge=1, le=shares.MOST_DAYS)
    title: str | None = Field(None, max_length=200, pattern=r"^[^\x00]*$")


class ShareDocument(BaseModel):
    """A link, without the secret that is in it."""

    id: str
    run: str
    title: str
    by: str | None
    created: Time
    expires: Time
    revoked: Time | None
    works: bool
    opened: int


class ShareOnce(ShareDocument):
    """A link with its address, which is shown this once."""

    url: str


class ShareList(BaseModel):
    """Links, the newest first."""

    shares: list[ShareDocument]


@router.post("/api/shares", status_code=201, responses=refusals(404, 409, 503))
async def share(site: SiteOf, person: Editor, request: Request, body: NewShare) -> ShareOnce:
    """Make a link to the report of a run as it is now, for who has no account. Its address is shown only now."""
    row = await run_in_threadpool(site.runs.row, body.run)
    report = await run_in_threadpool(site.reports.find, site.runs.folder(body.run), "html")
    report = report or await made_report(site, person, body.run, "html")
    title = (body.title or "").strip() or str(row["title"])[:200]
    wanted = shares.Wanted(body.run, row["scenario"] or "", title, body.days)
    made, secret = await run_in_threadpool(shares.make, site, person, wanted, report)
    return ShareOnce(**_fields(made, person.name), url=f"{_address(site, request)}/s/{secret}")


@router.get("/api/shares", responses=refusals())
def shares_of_mine(site: SiteOf, person: Reader) -> ShareList:
    """One's links; for an owner everyone's."""
    with site.database.session() as session:
        return ShareList(shares=[ShareDocument(**_fields(each, by)) for each, by in shares.listed(session, person)])


@router.delete("/api/shares/{number}", status_code=204, responses=refusals(404))
def take_back(site: SiteOf, person: Editor, number: RowId) -> None:
    """Take a link back, at once: one's own, or as an owner anyone's."""
    shares.revoke(site, person, number)


@router.get("/s/{secret}", response_class=HTMLResponse, responses=PAGES, openapi_extra={"security": []})
def shared_report(site: SiteOf, secret: Annotated[str, InPath(max_length=128)]) -> Response:
    """The report that a link leads to. Nobody need be signed in."""
    found = shares.opened(site, secret)
    if found.file is not None:
        return FileResponse(found.file, media_type="text/html; charset=utf-8", headers=HEADERS)
    title, says = SAYS[found.status]
    return HTMLResponse(PAGE.format(title=title, says=says), found.status, HEADERS)


def _fields(each: Share, by: str | None) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "run": each.run,
        "title": each.title,
        "by": by,
        "created": each.created,
        "expires": each.expires,
        "revoked": each.revoked,
        "works": each.revoked is None and each.expires > now(),
        "opened": each.opened,
    }


def _address(site: Site, request: Request) -> str:
    """Where people reach this workspace."""
    return (site.settings.public_url or str(request.base_url)).rstrip("/")
