"""Drafts: what someone is writing, kept from one keystroke to the next."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from offramp.workspace.access.roles import Editor
from offramp.workspace.files.drafts import drop_draft, keep_draft
from offramp.workspace.files.versions import head
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.common import ScenarioId, refusals
from offramp.workspace.routes.scenarios import Hash, Strict, Text
from offramp.workspace.site import SiteOf
from offramp.workspace.times import Time

router = APIRouter(prefix="/api/scenarios/{scenario}/draft", tags=["scenarios"])


class ToKeep(Strict):
    """A text that is being written; ``base`` is the version that its writer began with."""

    text: Text
    base: Hash


class Kept(BaseModel):
    """When a draft was kept."""

    at: Time


@router.put("", responses=refusals(404, 413))
def keep(scenario: ScenarioId, body: ToKeep, person: Editor, site: SiteOf) -> Kept:
    """Keep a draft in place of the one before; everyone has one of each scenario, of one that was deleted too."""
    if len(body.text.encode()) > site.folder.largest:
        raise Refusal(413, "a draft that is too large", f"at most {site.folder.largest:,} bytes", "shorten it")
    with site.database.session() as session:
        if head(session, scenario) is None:
            site.folder.path_of(scenario)
        return Kept(at=keep_draft(session, person, scenario, body.text, body.base))


@router.delete("", status_code=204, responses=refusals())
def drop(scenario: ScenarioId, person: Editor, site: SiteOf) -> Response:
    """Forget the draft of who asks."""
    with site.database.session() as session:
        drop_draft(session, person, scenario)
    return Response(status_code=204)
