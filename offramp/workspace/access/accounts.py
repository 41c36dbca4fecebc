"""People and what they may do: added, changed and taken away, with an owner always left."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from offramp.workspace.access import passwords, sessions
from offramp.workspace.access.secrets import new_secret
from offramp.workspace.models import Person, Token
from offramp.workspace.problems import Refusal, not_found

NAME = r"[a-z0-9][a-z0-9_.-]{0,63}"
"""What a person's name may be: one writes it after an @."""

EMAIL = r"^([^@\s<>,;:\"]+@[^@\s<>,;:\"]+)?$"
"""An address for mails, or nothing; no character that could end a header."""


def people(session: Session) -> list[Person]:
    """Everyone, by name."""
    return list(session.scalars(select(Person).order_by(Person.name)))


def person_named(session: Session, name: str) -> Person:
    """Who has a name.

    Raises
    ------
    Refusal
        404 where nobody has it.
    """
    found = session.scalar(select(Person).where(Person.name == name))
    if found is None:
        raise not_found("person", name)
    return found


def add(session: Session, name: str, password: str, role: str, *, display: str = "", email: str = "") -> Person:
    """A new person.

    Raises
    ------
    Refusal
        409 where the name is taken; 422 where the name or the password will not do.
    """
    if not re.fullmatch(NAME, name):
        allowed = "small letters, digits, '.', '_' and '-', at most 64"
        raise Refusal(422, f"{name!r} cannot be a person's name", allowed, "take another name")
    passwords.check_new(password, name)
    hashed = passwords.hash_password(password)
    person = Person(name=name, display=display or name, email=email, role=role, password=hashed, feed_key=new_secret())
    session.add(person)
    try:
        session.flush()
    except IntegrityError:
        raise Refusal(409, f"there is a person {name!r} already", remedy="take another name") from None
    return person


def change(session: Session, person: Person, changes: Mapping[str, object]) -> None:
    """Set what is given of ``display``, ``email``, ``role``, ``disabled``, ``digest`` and ``language``.

    Who is disabled has no session and no token from then on.

    Raises
    ------
    Refusal
        409 where no owner would be left.
    """
    _hold_owners(session)
    for name, value in changes.items():
        setattr(person, name, value)
    if person.disabled:
        sessions.end_all(session, person)
        session.execute(delete(Token).where(Token.person_id == person.id))
    _check_owner_left(session)


def remove(session: Session, person: Person) -> None:
    """Take a person away; what they wrote stays, without a name.

    Raises
    ------
    Refusal
        409 where no owner would be left.
    """
    _hold_owners(session)
    session.delete(person)
    _check_owner_left(session)


def set_password(session: Session, person: Person, password: str) -> None:
    """Give a person another password; every session of theirs is over.

    Raises
    ------
    Refusal
        422 where the password will not do.
    """
    passwords.check_new(password, person.name)
    person.password = passwords.hash_password(password)
    sessions.end_all(session, person)


def _hold_owners(session: Session) -> None:
    """Let nobody else change owners until this is done: PostgreSQL locks their rows, SQLite has one writer anyway."""
    session.execute(select(Person.id).where(Person.role == "owner").order_by(Person.id).with_for_update())


def _check_owner_left(session: Session) -> None:
    """Raise where no owner could come in; where nobody has a password, none is needed for that."""
    session.flush()
    owners = select(Person.password).where(Person.role == "owner", Person.disabled.is_(False))
    signing_in = select(Person.id).where(Person.password.is_not(None)).limit(1)
    if session.scalar(signing_in) is not None:
        owners = owners.where(Person.password.is_not(None))
    if session.execute(owners.limit(1)).first() is None:
        raise Refusal(409, "no owner would be left", "at least one", "make someone else an owner first")
