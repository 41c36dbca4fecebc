"""The texts that scenarios had: each is kept in the database, with who wrote it, when, and what it changed.

``origin`` says how a version came about: ``workspace`` where someone saved it here, ``disk`` where it was found in the
file, ``kept`` where someone wrote it and the file did not take it: it clashed with what had been saved meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.workspace.files.folder import version_of
from offramp.workspace.models import Person, Version

WORKSPACE, DISK, KEPT = "workspace", "disk", "kept"

LONGEST_MESSAGE = 1000
"""Characters of what someone says about a version."""


def shown(person: Person) -> str:
    """The name by which others know a person."""
    return person.display or person.name


@dataclass(frozen=True)
class Head:
    """The newest version of a scenario that its file had, without its text."""

    version: str
    at: datetime
    by: str | None
    origin: str


def heads(session: Session, scenarios: Iterable[str] | None = None) -> dict[str, Head]:
    """The newest version of each scenario, of all unless some are named."""
    newest = select(func.max(Version.id)).where(Version.origin != KEPT).group_by(Version.scenario)
    if scenarios is not None:
        newest = newest.where(Version.scenario.in_(list(scenarios)))
    found = session.execute(
        select(Version.scenario, Version.hash, Version.at, Version.origin, Person.display, Person.name)
        .outerjoin(Person, Person.id == Version.person_id)
        .where(Version.id.in_(newest))
    )
    return {row.scenario: Head(row.hash, row.at, row.display or row.name, row.origin) for row in found}


def head(session: Session, scenario: str) -> Head | None:
    """The newest version of a scenario that its file had."""
    return heads(session, [scenario]).get(scenario)


def text_of(session: Session, scenario: str, version: str) -> str | None:
    """The text of a version; None where there is none of that name."""
    found = select(Version.text).where(Version.scenario == scenario, Version.hash == version).limit(1)
    return session.scalar(found)


def enter(
    session: Session,
    scenario: str,
    text: str,
    *,
    origin: str,
    person: Person | None = None,
    message: str = "",
    parent: str | None = None,
) -> Version:
    """A new version in the table."""
    entry = Version(
        scenario=scenario,
        hash=version_of(text),
        parent=parent,
        text=text,
        person_id=person.id if person else None,
        message=message[:LONGEST_MESSAGE],
        origin=origin,
        changes=[],
    )
    session.add(entry)
    session.flush()
    return entry


def kept_since(session: Session, scenario: str, version: str) -> Version | None:
    """A version of this text that was written down and not yet marked as the file's, newer than any the file had.

    There is one where the server ended between the writing of the file and the marking of its version.
    """
    newest = select(func.max(Version.id)).where(Version.scenario == scenario, Version.origin != KEPT).scalar_subquery()
    found = select(Version).where(
        Version.scenario == scenario,
        Version.hash == version,
        Version.origin == KEPT,
        Version.id > func.coalesce(newest, 0),
    )
    return session.scalar(found.order_by(Version.id.desc()).limit(1))
