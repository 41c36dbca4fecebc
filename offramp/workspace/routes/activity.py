"""What happened in the workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from offramp.workspace.access.roles import Reader
from offramp.workspace.database import now
from offramp.workspace.routes.common import LARGEST, SCENARIO_PATTERN, refusals
from offramp.workspace.site import SiteOf
from offramp.workspace.talk.activity import Asked, entries
from offramp.workspace.talk.digest import Folder, Period, digest

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


class HeadlineDocument(BaseModel):
    """What a run says first."""

    says: str
    probability: float | None
    interval: list[float] | None
    words: str | None
    run: str


class ChangeDocument(BaseModel):
    """What stood in a place of a scenario at the beginning, and what stands there now, in words."""

    path: str
    label: str
    before: str | None
    after: str | None
    words_only: bool


class TalkedDocument(BaseModel):
    """Threads that were opened and resolved in the while, replies, and the threads that are open now."""

    opened: int
    replies: int
    resolved: int
    open: int


class StoryDocument(BaseModel):
    """What became of a scenario."""

    id: str
    title: str
    changes: list[ChangeDocument]
    headline_before: HeadlineDocument | None
    headline_now: HeadlineDocument | None
    runs: list[str]
    comments: TalkedDocument
    says: list[str]


class DigestDocument(BaseModel):
    """What changed in a while: in words, and of each scenario."""

    since: str
    until: str
    says: list[str]
    scenarios: list[StoryDocument]


@router.get("/digest", responses=refusals(), response_model=DigestDocument)
def what_changed(
    _: Reader,
    site: SiteOf,
    days: Annotated[int, Query(ge=1, le=366)] = 7,
    language: Annotated[str, Query(pattern="^(en|es)$")] = "en",
) -> dict[str, Any]:
    """What changed in the last days: assumptions, headlines, runs, comments."""
    folder = Folder.of(site)
    until = now()
    with site.database.session() as session:
        return digest(session, folder, Period(until - timedelta(days=days), until), language)


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
