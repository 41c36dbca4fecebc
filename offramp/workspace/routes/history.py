"""What a scenario was before: its versions, what each changed, and what that did to the answer."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from offramp.workspace.access.roles import Reader
from offramp.workspace.files.history import effect_record, history, text_of_version, version_document
from offramp.workspace.files.ids import path_in_folder
from offramp.workspace.live.plain import Text
from offramp.workspace.routes.answers import VersionList, VersionText
from offramp.workspace.routes.common import ScenarioId, answered, refusals
from offramp.workspace.routes.live import answer_of
from offramp.workspace.site import Site, SiteOf

router = APIRouter(prefix="/api/scenarios/{scenario}", tags=["history"])

DRAWS = 256
"""Draws over which two versions are compared."""

HASH = "^[0-9a-f]{64}$"

Version = Annotated[str, Path(pattern=HASH, description="The SHA-256 of a text that the scenario had")]
Asked = Annotated[str, Query(pattern=HASH, description="The SHA-256 of a text that the scenario had")]
Document = dict[str, Any]


@router.get("/history", responses={**refusals(404), **answered(VersionList)})
def entries(scenario: ScenarioId, _: Reader, site: SiteOf, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Document:
    """The versions of a scenario, the newest first: who made each, when, and what it changed; git's commits too."""
    return history(site, scenario, limit)


@router.get("/versions/{version}", responses={**refusals(404), **answered(VersionText)})
def version_of(scenario: ScenarioId, version: Version, _: Reader, site: SiteOf) -> Document:
    """A text that a scenario had, or that someone wrote and its file did not take. To restore it, save it."""
    return version_document(site, scenario, version)


@router.get(
    "/effect",
    response_class=Response,
    responses={**refusals(404, 503), 200: {"description": "offramp.comparison/1", "content": {"application/json": {}}}},
)
async def effect(scenario: ScenarioId, _: Reader, site: SiteOf, first: Asked, second: Asked) -> Response:
    """What changed from one version to another, and what that did to the answer, over a few hundred draws."""
    message = await run_in_threadpool(_message, site, scenario, first, second)
    answer = await answer_of(site.desk, message, "slow")
    if answer.status_code == 200:
        site.past.effects.keep((first, second), effect_record(json.loads(bytes(answer.body))))
    return answer


def _message(site: Site, scenario: str, first: str, second: str) -> Document:
    file = str(path_in_folder(scenario))
    site.folder.path_of(scenario)
    texts = [Text(text_of_version(site, scenario, each), file).record() for each in (first, second)]
    return {"kind": "compare", "what": texts[0], "second": texts[1], "draws": DRAWS}
