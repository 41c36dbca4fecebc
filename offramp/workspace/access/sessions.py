"""Sessions of browsers: begun at sign-in, found by their cookie, ended for good."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from offramp.workspace.access.secrets import fingerprint, new_secret
from offramp.workspace.database import now
from offramp.workspace.models import Person, SignedIn

IDLE = timedelta(days=3)
"""A session that nobody used for so long is over."""

LONGEST = timedelta(days=30)
"""No session lasts longer, however much it is used."""

NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used: a write for each request would be too many."""


def begin(session: Session, person: Person) -> tuple[str, SignedIn]:
    """A new session for ``person``: what its cookie holds, and its row."""
    session.execute(delete(SignedIn).where(SignedIn.expires < now()))
    secret = new_secret()
    row = SignedIn(id=fingerprint(secret), person_id=person.id, csrf=new_secret(), expires=now() + LONGEST)
    session.add(row)
    session.flush()
    return secret, row


def find(session: Session, secret: str) -> tuple[SignedIn, Person] | None:
    """The session whose cookie holds ``secret``, and whose it is; None where it is over or the person disabled."""
    query = select(SignedIn, Person).join(Person, Person.id == SignedIn.person_id)
    found = session.execute(query.where(SignedIn.id == fingerprint(secret), Person.disabled.is_(False))).one_or_none()
    if found is None:
        return None
    row, person = found
    moment = now()
    if moment > row.expires or moment - row.seen > IDLE:
        session.delete(row)
        return None
    if moment - row.seen > NOTED_EVERY:
        row.seen = moment
    return row, person


def end(session: Session, row_id: str) -> None:
    """End one session."""
    session.execute(delete(SignedIn).where(SignedIn.id == row_id))


def end_all(session: Session, person: Person) -> None:
    """End every session of ``person``."""
    session.execute(delete(SignedIn).where(SignedIn.person_id == person.id))
