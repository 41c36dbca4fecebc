"""What someone wrote for a scenario that was deleted, or has another name now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from offramp.workspace.files import versions
from offramp.workspace.files.drafts import keep_draft
from offramp.workspace.models import Activity, Person
from offramp.workspace.problems import Refusal

if TYPE_CHECKING:
    from offramp.workspace.site import Site


@dataclass(frozen=True)
class Order:
    """What someone wants to be saved; ``base`` is the version that they began with."""

    scenario: str
    text: str
    base: str
    message: str = ""


def homeless(site: Site, person: Person, order: Order, refusal: Refusal) -> Refusal:
    """Keep a text for a scenario that is gone as a draft, and say where it is; else the refusal as it was."""
    with site.database.session() as session:
        renamed = _renamed(session, order.scenario)
        if renamed is None and versions.head(session, order.scenario) is None:
            return refusal
        keep_draft(session, person, renamed or order.scenario, order.text, order.base)
    found = f"the scenario {order.scenario!r} is gone"
    if renamed is not None:
        return Refusal(404, found, remedy=f"it is called {renamed!r} now; what you wrote is your draft of it")
    return Refusal(404, found, remedy="restore it from the trash; what you wrote is your draft of it")


def _renamed(session: Session, scenario: str) -> str | None:
    """The name that a scenario was given."""
    named = Activity.data["before"].as_string() == scenario
    newest = select(Activity.scenario).where(Activity.kind == "renamed", named).order_by(Activity.id.desc())
    return session.scalar(newest.limit(1))
