"""What happens, as it happens; and who is where."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from offramp.workspace.access.roles import Reader
from offramp.workspace.presence import Page, There
from offramp.workspace.routes.common import refusals
from offramp.workspace.routes.jobs import STREAM, ScenarioName
from offramp.workspace.site import SiteOf
from offramp.workspace.streaming import EventStream

router = APIRouter(prefix="/api", tags=["events"])

Last = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]


class Where(BaseModel):
    """What an open page shows: a scenario or none, whether it is being edited; ``tab`` tells one's pages apart."""

    model_config = ConfigDict(extra="forbid")

    scenario: ScenarioName | None
    editing: bool = False
    tab: str = Field("", max_length=64)


class WhoIsThere(BaseModel):
    """Who has a scenario open, and who of them edits it, by name."""

    people: list[str]
    editing: list[str]


@router.get("/events", response_class=EventStream, status_code=200, responses=STREAM | refusals(503))
async def events(
    site: SiteOf, person: Reader, last: Last = None, after: Annotated[str | None, Query(max_length=64)] = None
) -> EventStream:
    """All that happens, as server-sent events: ``job``, ``scenario``, ``comment``, ``activity``, ``presence``.

    Who lost the connection names the last event that came, in ``Last-Event-ID`` or ``after``, and gets what it missed;
    or ``reset`` where that is too much, which is to say: load all anew.
    """
    return EventStream(site.bus.subscribe(person.id, last or after))


@router.put("/presence", responses=refusals())
def here(site: SiteOf, person: Reader, body: Where) -> WhoIsThere:
    """Say what a page shows, every 20 seconds and where it changes; the answer is who else is there."""
    page = Page(person.id, person.name, body.scenario or "", body.editing, time.monotonic())
    return _told(site.presence.heard(body.tab, page))


@router.get("/presence", responses=refusals())
def there(site: SiteOf, _: Reader, scenario: Annotated[str, Query(max_length=255)]) -> WhoIsThere:
    """Who has a scenario open."""
    return _told(site.presence.of(scenario))


def _told(found: There) -> WhoIsThere:
    return WhoIsThere(people=list(found.people), editing=list(found.editing))
