"""What someone is writing and has not saved: one draft a person and scenario, kept from one keystroke to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from offramp.workspace.database import now
from offramp.workspace.models import Draft, Person

KEY = ("person_id", "scenario")


def draft_of(session: Session, person: Person, scenario: str) -> Draft | None:
    """The person's draft of a scenario."""
    return session.get(Draft, (person.id, scenario))


def keep_draft(session: Session, person: Person, scenario: str, text: str, base: str) -> datetime:
    """Keep a draft in place of the one before; gives when it was kept."""
    at = now()
    values = {"person_id": person.id, "scenario": scenario, "text": text, "base": base, "at": at}
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    changed = {key: values[key] for key in ("text", "base", "at")}
    session.execute(insert(Draft).values(values).on_conflict_do_update(index_elements=list(KEY), set_=changed))
    return at


def drop_draft(session: Session, person: Person, scenario: str) -> None:
    """Forget the draft, if there is one."""
    session.execute(delete(Draft).where(Draft.person_id == person.id, Draft.scenario == scenario))


def drop_written_before(session: Session, person: Person, scenario: str, moment: datetime) -> None:
    """Forget a draft that is older than a save; what was written since stays."""
    of_person = (Draft.person_id == person.id, Draft.scenario == scenario)
    session.execute(delete(Draft).where(*of_person, Draft.at <= moment))
