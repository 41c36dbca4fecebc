"""Comments on a scenario and its parts, and who is mentioned in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from offramp.workspace.access.roles import Reader
from offramp.workspace.models import Comment
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.common import LARGEST, RowId, ScenarioId, refusals
from offramp.workspace.site import SiteOf
from offramp.workspace.talk.comments import LONGEST, Wanted, comment_of, remove, resolve, rewrite, say, thread, threads
from offramp.workspace.talk.mentions import mark_read, mentions_of

router = APIRouter(prefix="/api", tags=["talk"])


class Said(BaseModel):
    """A comment to keep; ``target`` is empty, ``assumptions.office``, ``offer:amnesty=ruler`` or ``run:NAME``."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field("", max_length=255)
    text: str = Field(min_length=1, max_length=LONGEST)
    reply_to: int | None = Field(None, ge=1, le=LARGEST)


class Changed(BaseModel):
    """What changes of a comment."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, min_length=1, max_length=LONGEST)
    resolved: bool | None = None


class Resolved(BaseModel):
    """By whom a thread was closed, and when."""

    by: str
    at: str


class CommentDocument(BaseModel):
    """A comment; of one that was deleted only its place is left."""

    id: int
    scenario: str
    target: str
    text: str
    by: str
    at: str
    edited: str | None
    resolved: Resolved | None
    deleted: bool
    replies: list[CommentDocument]
    mentions: list[str]
    missing_target: bool


class Threads(BaseModel):
    """Threads in the order in which they were begun; ``next`` is what to ask ``before`` for older ones."""

    comments: list[CommentDocument]
    next: int | None


class MentionDocument(BaseModel):
    """Where one is mentioned."""

    id: int
    comment: int
    scenario: str
    target: str
    by: str
    at: str
    text: str
    read: bool


class Mentions(BaseModel):
    """Where one is mentioned, the newest first."""

    mentions: list[MentionDocument]


class ReadMentions(BaseModel):
    """Mentions that were read: some, or all."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[int, Field(ge=1, le=LARGEST)]] = Field(default_factory=list, max_length=1000)
    all: bool = False


@router.get("/scenarios/{scenario}/comments", responses=refusals(404), response_model=Threads)
def list_comments(
    scenario: ScenarioId,
    _: Reader,
    site: SiteOf,
    target: Annotated[str | None, Query(max_length=255)] = None,
    resolved: bool | None = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> dict[str, Any]:
    """The threads on a scenario, or on one thing in it."""
    wanted = Wanted(target, None if resolved is None else not resolved, before, limit)
    with site.database.session() as session:
        found, older = threads(session, site, scenario, wanted)
    return {"comments": found, "next": older}


@router.post("/scenarios/{scenario}/comments", status_code=201, responses=refusals(404), response_model=CommentDocument)
def comment(scenario: ScenarioId, said: Said, person: Reader, site: SiteOf) -> dict[str, Any]:
    """Say something about a scenario or a thing in it, or reply to what was said."""
    with site.database.session() as session:
        new = Comment(scenario=scenario, target=said.target, text=said.text, reply_to=said.reply_to)
        return thread(session, site, say(session, site, person, new))


@router.patch("/comments/{number}", responses=refusals(404), response_model=CommentDocument)
def change_comment(number: RowId, changed: Changed, person: Reader, site: SiteOf) -> dict[str, Any]:
    """Change one's own comment, close a thread, or open it again."""
    with site.database.session() as session:
        found = comment_of(session, number)
        if changed.text is not None:
            rewrite(session, site, person, found, changed.text)
        if changed.resolved is not None:
            resolve(session, site, person, found, resolved=changed.resolved)
        return thread(session, site, found)


@router.delete("/comments/{number}", status_code=204, responses=refusals(404))
def delete_comment(number: RowId, person: Reader, site: SiteOf) -> Response:
    """Delete one's own comment; an owner may delete any. One with replies keeps its place without its text."""
    with site.database.session() as session:
        remove(session, site, person, comment_of(session, number))
    return Response(status_code=204)


@router.get("/mentions", responses=refusals(), response_model=Mentions)
def list_mentions(
    person: Reader,
    site: SiteOf,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Where one is mentioned, the newest first."""
    with site.database.session() as session:
        return {"mentions": mentions_of(session, person, before=before, limit=limit)}


@router.post("/mentions/read", status_code=204, responses=refusals())
def read_mentions(which: ReadMentions, person: Reader, site: SiteOf) -> Response:
    """Mark mentions as read."""
    if not which.all and not which.ids:
        raise Refusal(422, "found neither ids nor all", "some ids, or all: true", "say which mentions were read")
    with site.database.session() as session:
        mark_read(session, person, None if which.all else which.ids)
    return Response(status_code=204)
