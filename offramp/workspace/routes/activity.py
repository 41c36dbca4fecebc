"""What happened in the workspace."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from offramp.workspace.access.roles import Reader
from offramp.workspace.routes.common import LARGEST, SCENARIO_PATTERN, refusals
from offramp.workspace.site import SiteOf
from offramp.workspace.talk.activity import Asked, entries

router = APIRouter(prefix="/api", tags=["talk"])

NAME_PATTERN = "^[A-Za-z0-9_.@+-]+$"
"""What may be a person's name."""


class Entry(BaseModel):
    """Something that someone did; ``detail`` is what its kind needs to say it in another language."""

    id: int
    at: str
    by: str | None
    kind: str
    scenario: str | None
    says: str
    link: str | None
    detail: dict[str, Any]


class Entries(BaseModel):
    """What happened, the newest first; ``next`` is what to ask ``before`` for older entries."""

    entries: list[Entry]
    next: int | None


@router.get("/activity", responses=refusals(), response_model=Entries)
def activity(
    _: Reader,
    site: SiteOf,
    scenario: Annotated[str | None, Query(max_length=255, pattern=SCENARIO_PATTERN)] = None,
    person: Annotated[str | None, Query(max_length=64, pattern=NAME_PATTERN)] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    language: Annotated[str, Query(pattern="^(en|es)$")] = "en",
) -> dict[str, Any]:
    """What happened, the newest first; of one scenario, or by one person."""
    asked = Asked(scenario, person, before, limit, language)
    with site.database.session() as session:
        found, older = entries(session, asked)
    return {"entries": found, "next": older}
