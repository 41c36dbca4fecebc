"""Who did what: written down where it happens, read on the activity page and in the digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from offramp.workspace.database import after_commit
from offramp.workspace.models import Activity, Person
from offramp.workspace.talk.sentences import sentence
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

PAGES = {
    **dict.fromkeys(("commented", "replied", "resolved", "reopened"), "talk"),
    **dict.fromkeys(("saved", "merged", "kept", "changed"), "history"),
    **dict.fromkeys(
        ("queued", "run", "failed", "cancelled", "resumed", "interrupted", "run_removed", "shared"), "runs"
    ),
}
"""The page of a scenario that shows what happened, by kind; its overview for others."""

GONE = frozenset({"removed"})
"""After these there is no page of the scenario."""


def note(session: Session, site: Site, person: Person | None, kind: str, scenario: str = "", **data: Any) -> Activity:
    """Write down that ``person`` did something of a ``kind`` and, once it is kept, tell whoever listens.

    Parameters
    ----------
    session : Session
        It is flushed, so that the entry has its number.
    person : Person or None
        None for the server itself.
    kind : str
        Such as ``saved``, ``created``, ``commented``, ``run``, ``shared``: :mod:`offramp.workspace.talk.sentences`
        has the sentence for each, and what it needs.
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


@dataclass(frozen=True)
class Asked:
    """Which activity to show; ``before`` is the number of the oldest entry that was shown already."""

    scenario: str | None = None
    person: str | None = None
    before: int | None = None
    limit: int = 50
    language: str = "en"


def entries(session: Session, asked: Asked) -> tuple[list[dict[str, Any]], int | None]:
    """What happened, the newest first, and the number before which there is more (None where there is none)."""
    wanted = select(Activity, Person).outerjoin(Person, Person.id == Activity.person_id)
    if asked.scenario is not None:
        wanted = wanted.where(Activity.scenario == asked.scenario)
    if asked.person is not None:
        wanted = wanted.where(Person.name == asked.person)
    if asked.before is not None:
        wanted = wanted.where(Activity.id < asked.before)
    found = session.execute(wanted.order_by(Activity.id.desc()).limit(asked.limit + 1)).all()
    shown = found[: asked.limit]
    older = shown[-1][0].id if len(found) > len(shown) else None
    return [entry_document(entry, person, asked.language) for entry, person in shown], older


def entry_document(entry: Activity, person: Person | None, language: str = "en") -> dict[str, Any]:
    """One entry, with what it says and where it leads."""
    who = (person.display or person.name) if person else ""
    return {
        "id": entry.id,
        "at": said(entry.at),
        "by": person.name if person else None,
        "kind": entry.kind,
        "scenario": entry.scenario or None,
        "says": sentence(entry.kind, entry.data, who, entry.scenario, language),
        "link": page_of(entry.kind, entry.scenario),
        "detail": entry.data,
    }


def page_of(kind: str, scenario: str) -> str | None:
    """The page of the front end that shows what happened; None where there is none.

    Examples
    --------
    >>> page_of("commented", "cases:haiti-1994")
    '#/s/cases:haiti-1994/talk'
    """
    if not scenario or kind in GONE:
        return None
    page = PAGES.get(kind)
    return f"#/s/{quote(scenario, safe=':')}" + (f"/{page}" if page else "")
