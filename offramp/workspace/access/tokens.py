"""Tokens for programs: ``ofr_…``, each for one person, for reading or for writing, until a day."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from offramp.workspace.access.secrets import fingerprint, new_secret
from offramp.workspace.database import now
from offramp.workspace.models import Person, Token

PREFIX = "ofr_"
"""By which people, and scanners for lost secrets, know one."""

SCOPES = ("read", "write")
"""``read`` may only get; ``write`` may what its person may."""

NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""


def make(session: Session, person: Person, name: str, scope: str, days: int) -> tuple[str, Token]:
    """A new token of ``person``: its text, which is shown once, and its row."""
    secret = PREFIX + new_secret()
    row = Token(
        person_id=person.id, name=name, scope=scope, hash=fingerprint(secret), expires=now() + timedelta(days=days)
    )
    session.add(row)
    session.flush()
    return secret, row


def find(session: Session, secret: str) -> tuple[Token, Person] | None:
    """The token whose text is ``secret``, and whose it is; None where it is over or the person disabled."""
    query = select(Token, Person).join(Person, Person.id == Token.person_id)
    found = session.execute(query.where(Token.hash == fingerprint(secret), Person.disabled.is_(False))).one_or_none()
    if found is None:
        return None
    row, person = found
    moment = now()
    if row.expires is not None and moment > row.expires:
        return None
    if row.used is None or moment - row.used > NOTED_EVERY:
        row.used = moment
    return row, person
