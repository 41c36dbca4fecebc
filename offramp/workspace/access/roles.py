"""Who is asking, and whether they may: ``person: Reader`` in a route, or ``Editor`` or ``Owner``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from sqlalchemy import select

from offramp.workspace.models import Person
from offramp.workspace.problems import Refusal
from offramp.workspace.site import SiteOf

ROLES = ("reader", "editor", "owner")
"""From the least to the most that one may do."""


def who_asks(site: SiteOf) -> Person:
    """The person of the request's session or token."""
    with site.database.session() as session:
        found = session.scalar(select(Person).order_by(Person.id))
    if found is None:
        raise Refusal(401, "nobody is signed in", remedy="sign in")
    return found


class _AtLeast:
    """A dependency that lets through who has at least a role."""

    def __init__(self, role: str) -> None:
        self._role = role

    def __call__(self, person: Annotated[Person, Depends(who_asks)]) -> Person:
        if ROLES.index(person.role) < ROLES.index(self._role):
            raise Refusal(
                403, f"a {person.role} may not do this", f"for {self._role}s", "ask an owner of this workspace"
            )
        return person


Reader = Annotated[Person, Depends(_AtLeast("reader"))]
Editor = Annotated[Person, Depends(_AtLeast("editor"))]
Owner = Annotated[Person, Depends(_AtLeast("owner"))]
