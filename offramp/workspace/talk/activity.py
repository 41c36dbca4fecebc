"""Who did what: written down where it happens, read on the activity page and in the digest."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from offramp.workspace.database import after_commit
from offramp.workspace.models import Activity, Person
from offramp.workspace.site import Site


def note(session: Session, site: Site, person: Person | None, kind: str, scenario: str = "", **data: Any) -> Activity:
    """Write down that ``person`` did something of a ``kind``, and, once it is kept, tell whoever listens.

    Parameters
    ----------
    session : Session
        It is flushed, so that the entry has its number.
    person : Person or None
        None for the server itself.
    kind : str
        Such as ``saved``, ``created``, ``commented``, ``run``, ``shared``.
    scenario : str
        The scenario's id; empty where it is about none.
    **data
        What the kind needs to say it; JSON.
    """
    entry = Activity(person_id=person.id if person else None, kind=kind, scenario=scenario, data=data)
    session.add(entry)
    session.flush()
    after_commit(session, lambda: site.bus.publish("activity", id=entry.id))
    return entry
