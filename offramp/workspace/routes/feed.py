"""The digest for feed readers, by a personal key."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from offramp.workspace.access.roles import InPerson, address_of
from offramp.workspace.access.secrets import new_secret
from offramp.workspace.models import Person
from offramp.workspace.problems import ProblemDocument, Refusal
from offramp.workspace.routes.common import refusals
from offramp.workspace.site import Site, SiteOf
from offramp.workspace.talk.digest import Folder
from offramp.workspace.talk.feed import feed, state

router = APIRouter(tags=["talk"])

KIND = "application/atom+xml"

Key = Annotated[str, Query(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$", description="One's own key")]


class FeedAddress(BaseModel):
    """Where one's own feed is; whoever has the address can read it."""

    feed: str


class AtomResponse(Response):
    """An Atom document."""

    media_type = KIND


@router.get(
    "/feed.atom",
    response_class=AtomResponse,
    openapi_extra={"security": []},
    responses={
        200: {"content": {KIND: {"schema": {"type": "string"}}}, "description": "An Atom feed."},
        304: {"description": "It is as it was."},
        404: {"model": ProblemDocument, "description": "The key is not known."},
        **{status: each for status, each in refusals().items() if status in {422, 429}},
    },
)
def atom(key: Key, request: Request, site: SiteOf) -> Response:
    """What changed, an entry a day; for a feed reader, which has no other way in than the key."""
    folder = Folder.of(site)
    with site.database.session() as session:
        person = _person(session, site, request, key)
        tag = f'"{hashlib.sha256(state(session, person).encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return AtomResponse(feed(session, site.settings, folder, person), headers=headers)


def _person(session: Session, site: Site, request: Request, key: str) -> Person:
    """Whose key it is."""
    found = session.scalar(select(Person).where(Person.feed_key == key, Person.disabled.is_(False)))
    if found is None or (site.gate.accounts and found.password is None):
        site.gate.check_pace(site.gate.strangers, address_of(request))
        raise Refusal(404, "there is no feed for this key", remedy="copy the address anew from the settings")
    return found


@router.post("/api/feed", responses=refusals())
def renew_feed(asker: InPerson, site: SiteOf) -> FeedAddress:
    """Give one's own feed another address; the one until now is over."""
    with site.database.session() as session:
        person = session.get_one(Person, asker.person.id)
        person.feed_key = new_secret()
        return FeedAddress(feed=f"/feed.atom?key={person.feed_key}")
