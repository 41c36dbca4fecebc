"""Signing in: by a password, with waits for whoever gives wrong ones; or by the key of the printed address."""

from __future__ import annotations

from sqlalchemy import select

from offramp.workspace.access import passwords, sessions
from offramp.workspace.access.accounts import set_password
from offramp.workspace.access.gate import Gate, local_person, too_often
from offramp.workspace.models import Person, SignedIn
from offramp.workspace.problems import Refusal
from offramp.workspace.site import Site


def sign_in(site: Site, name: str, password: str, address: str) -> tuple[str, SignedIn, Person]:
    """A new session for who gives the right password: what its cookie holds, its row, and whose it is.

    An unknown name, a disabled person and a wrong password are refused alike, after the same work.

    Raises
    ------
    Refusal
        401 where name and password do not belong together, 429 where there were too many such attempts.
    """
    _check_wait(site.gate, name, address)
    with site.database.session() as session:
        person = session.scalar(select(Person).where(Person.name == name, Person.disabled.is_(False)))
    kept = person.password if person else None
    if not passwords.verify(kept, password) or person is None or kept is None:
        _count_wrong(site.gate, name, address)
        raise Refusal(401, "the name and the password do not belong together", remedy="mind capital letters")
    site.gate.by_name.succeeded(name)
    with site.database.session() as session:
        person = session.get_one(Person, person.id)
        if passwords.is_outdated(kept):
            person.password = passwords.hash_password(password)
        secret, row = sessions.begin(session, person)
    return secret, row, person


def let_in(site: Site, key: str) -> str | None:
    """What the cookie of a new session holds, for who has a key that was not used; else None."""
    if not site.gate.spend(key):
        return None
    with site.database.session() as session:
        person = local_person(session)
        return sessions.begin(session, person)[0] if person else None


def change_password(site: Site, person: Person, old: str, new: str, address: str) -> str:
    """Set another password, end every session of ``person`` and begin one: what its cookie holds.

    Raises
    ------
    Refusal
        403 where ``old`` is wrong, 422 where ``new`` will not do, 429 after too many wrong ones.
    """
    _check_wait(site.gate, person.name, address)
    if not passwords.verify(person.password, old):
        _count_wrong(site.gate, person.name, address)
        raise Refusal(403, "the old password is wrong", remedy="mind capital letters")
    with site.database.session() as session:
        found = session.get_one(Person, person.id)
        set_password(session, found, new)
        return sessions.begin(session, found)[0]


def _check_wait(gate: Gate, name: str, address: str) -> None:
    wait = max(gate.by_name.wait(name), gate.by_address.wait(address))
    if wait:
        raise too_often("too many wrong passwords", wait)


def _count_wrong(gate: Gate, name: str, address: str) -> None:
    gate.by_name.failed(name)
    gate.by_address.failed(address)
