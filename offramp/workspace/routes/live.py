"""Questions that are answered at once: the map, the evidence, and what an offer or a value would do."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from offramp.workspace.access.roles import Reader
from offramp.workspace.live.desk import Desk, Lane
from offramp.workspace.live.findings import newest_finding
from offramp.workspace.live.plain import Text
from offramp.workspace.live.texts import documents_of, saved_text, stamp_of, version_text
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.common import ScenarioId, refusals
from offramp.workspace.site import Site, SiteOf

router = APIRouter(prefix="/api/scenarios", tags=["live"])

SECONDS = 90.0
"""How long a request waits for its answer, its place in the queue included."""

Name = Annotated[str, Field(min_length=1, max_length=64)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=64)]
Weights = Annotated[dict[Annotated[str, Field(max_length=32)], Number], Field(min_length=1, max_length=64)]
Distribution = Annotated[dict[Name, Numbers | Weights], Field(min_length=1, max_length=1)]
Value = Number | Distribution
Offer = Annotated[dict[Name, Name], Field(max_length=64)]
Values = Annotated[dict[Name, Value], Field(max_length=64)]
Seen = Annotated[dict[Name, Name], Field(min_length=1, max_length=32)]
VersionName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Question(BaseModel):
    """What is asked of a scenario; what is left out is as in its file."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, max_length=300_000, description="A text that is not saved, in place of the file's")
    version: VersionName | None = Field(None, description="A version that the file had, in place of the file's text")
    offer: Offer = Field(default_factory=dict, description="An option for each term; others stand as on the table")
    values: Values = Field(
        default_factory=dict, description="A number or a distribution, as in a file, for each assumption"
    )
    seen: list[Seen] = Field(default_factory=list, max_length=8, description="Moves and the choice seen at each")
    draws: int = Field(1024, ge=16, le=16_384)
    seed: int = Field(1, ge=0, le=2**31 - 1)
    against: Literal["saved"] | VersionName | None = Field(None, description="A version to compare with")
    include: list[Literal["breaks", "drivers", "aftermath"]] = Field(default_factory=list, max_length=3)
    page: str = Field("", max_length=64, description="Questions of one page take each other's place")


Version = Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="A version that the file had")]


def _document(name: str) -> dict[int | str, dict[str, Any]]:
    """For ``responses=``: the answer is a document of ``docs/schemas``."""
    schema = {"type": "object", "properties": {"schema": {"const": f"offramp.{name}/1"}}, "required": ["schema"]}
    return {200: {"description": f"offramp.{name}/1", "content": {"application/json": {"schema": schema}}}}


@router.get("/{scenario}/map", response_class=Response, responses={**refusals(404, 503), **_document("map")})
async def map_of_moves(site: SiteOf, _: Reader, scenario: ScenarioId, version: Version = None) -> Response:
    """The map of moves, laid out: what is known, done and weighed at each move."""
    what = await run_in_threadpool(_text, site, scenario, version)
    return await answer_of(site.desk, {"kind": "map", "what": what.record()}, "slow")


@router.get("/{scenario}/evidence", response_class=Response, responses={**refusals(404, 503), **_document("evidence")})
async def evidence(site: SiteOf, _: Reader, scenario: ScenarioId, version: Version = None) -> Response:
    """What each assumption is and rests on: its distribution, its bases, and the passages behind them."""
    message = await run_in_threadpool(_evidence, site, scenario, version)
    return await answer_of(site.desk, message, "slow")


@router.post("/{scenario}/ask", response_class=Response, responses={**refusals(404, 409, 503), **_document("ask")})
async def ask(site: SiteOf, person: Reader, scenario: ScenarioId, question: Question) -> Response:
    """What the scenario says with another offer, other values or another text; nothing is written."""
    message = await run_in_threadpool(_message, site, scenario, question)
    owner = (person.id, scenario, question.page)
    return await answer_of(site.desk, message, "slow" if question.include else "quick", owner)


class Tipping(BaseModel):
    """At which value of an assumption an answer flips."""

    model_config = ConfigDict(extra="forbid")

    assumption: Name
    answer: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    text: str | None = Field(None, max_length=300_000)
    version: VersionName | None = None
    offer: Offer = Field(default_factory=dict)
    values: Values = Field(default_factory=dict)
    level: Number | None = None
    low: Number | None = None
    high: Number | None = None
    draws: int = Field(256, ge=16, le=512)
    seed: int = Field(1, ge=0, le=2**31 - 1)
    page: str = Field("", max_length=64, description="Questions of one page take each other's place")


@router.post(
    "/{scenario}/tipping", response_class=Response, responses={**refusals(404, 409, 503), **_document("tipping")}
)
async def tipping(site: SiteOf, person: Reader, scenario: ScenarioId, question: Tipping) -> Response:
    """The value of an assumption at which an answer flips, under an offer and values; nothing is written."""
    message = await run_in_threadpool(_tipping, site, scenario, question)
    owner = (person.id, scenario, "tipping", question.page)
    return await answer_of(site.desk, message, "slow", owner)


@router.get("/{scenario}/offers", response_class=Response, responses={**refusals(404, 503), **_document("offers")})
async def offers(
    site: SiteOf, _: Reader, scenario: ScenarioId, draws: Annotated[int, Query(ge=16, le=1024)] = 64
) -> Response:
    """What becomes of every offer: as a run of this very text found, else over a few draws; a note says which."""
    found = await run_in_threadpool(newest_finding, site, scenario, "offers")
    if found is not None and found.current:
        document = {**found.document, "notes": [*found.document["notes"], f"from the run {found.run}"]}
        return JSONResponse(document)
    what = await run_in_threadpool(saved_text, site, scenario)
    return await answer_of(site.desk, {"kind": "offers", "what": what.record(), "draws": draws}, "slow")


def _tipping(site: Site, scenario: str, question: Tipping) -> dict[str, Any]:
    what = _asked_text(site, scenario, question, saved_text(site, scenario))
    asked = question.model_dump(exclude={"text", "version", "page"})
    return {"kind": "tipping", "what": what.record(), "asked": asked}


def _message(site: Site, scenario: str, question: Question) -> dict[str, Any]:
    """The question with the texts that it is about."""
    saved = saved_text(site, scenario)
    what = _asked_text(site, scenario, question, saved)
    against = None
    if question.against is not None:
        against = saved if question.against == "saved" else version_text(site, scenario, question.against)
    asked = question.model_dump(exclude={"text", "version", "against", "page"})
    return {
        "kind": "ask",
        "what": what.record(),
        "asked": asked,
        "against": against and against.record(),
        "saved": None if what == saved else saved.record(),
    }


def _evidence(site: Site, scenario: str, version: str | None) -> dict[str, Any]:
    what = _text(site, scenario, version)
    folder = documents_of(site, what)
    found = newest_finding(site, scenario, "drivers")
    return {
        "kind": "evidence",
        "what": what.record(),
        "documents": str(folder),
        "stamp": stamp_of(folder),
        "drives": found and {"run": found.run, "current": found.current, **found.document},
    }


def _asked_text(site: Site, scenario: str, question: Question | Tipping, saved: Text) -> Text:
    if question.text is not None and question.version is not None:
        raise Refusal(422, "both a text and a version", "one of them", "leave one of them out")
    if question.text is not None:
        return Text(question.text, saved.file)
    return saved if question.version is None else version_text(site, scenario, question.version)


def _text(site: Site, scenario: str, version: str | None) -> Text:
    return saved_text(site, scenario) if version is None else version_text(site, scenario, version)


async def answer_of(desk: Desk, message: dict[str, Any], lane: Lane = "quick", owner: Hashable = None) -> Response:
    """The reply once it is there; a request waits without holding a thread, and one that goes away ends nothing."""
    future = desk.ask(message, lane=lane, owner=owner)
    try:
        reply = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), SECONDS)
    except TimeoutError:
        starting = "the desk is still getting ready, which takes minutes the first time that offramp is used"
        found = "too many questions came before this one" if desk.is_ready(lane) else starting
        raise Refusal(503, found, remedy="ask again in a moment", headers={"Retry-After": "5"}) from None
    return Response(reply.body, reply.status, media_type="application/json")
