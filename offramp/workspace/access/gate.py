"""What stands at the door of a workspace: who may come in how, and how often."""

from __future__ import annotations

import getpass
import re
from pathlib import Path
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from offramp.workspace.access import keys
from offramp.workspace.access.limits import Attempts, Buckets, in_whole_seconds
from offramp.workspace.access.secrets import new_secret
from offramp.workspace.database import Database
from offramp.workspace.models import Person, SignedIn
from offramp.workspace.problems import Refusal
from offramp.workspace.settings import Settings

BEHIND_AN_ADDRESS = 25
"""People who may ask as often as one may, from one address: an office has one."""

WRONG_BY_NAME = 5
WRONG_BY_ADDRESS = 20
"""Wrong passwords that cost no wait."""

LONGEST_BY_NAME = 60.0
LONGEST_BY_ADDRESS = 900.0
"""Seconds of the longest wait. By name it is short: anyone can make someone else wait."""


class Gate:
    """The door of one workspace.

    Attributes
    ----------
    accounts : bool
        Whether people sign in. Where they do not, there is one person, who starts the server.
    people, addresses, strangers : Buckets
        How often a person may ask, an address with all who sit behind it, and an address without a person.
    by_name, by_address : Attempts
        Wrong passwords.
    """

    def __init__(self, settings: Settings) -> None:
        asked = settings.limits.asked
        self._hidden = settings.hidden
        self.accounts = settings.accounts
        self.people = Buckets(asked)
        self.addresses = Buckets(asked * BEHIND_AN_ADDRESS)
        self.strangers = Buckets(asked)
        self.by_name = Attempts(WRONG_BY_NAME, LONGEST_BY_NAME)
        self.by_address = Attempts(WRONG_BY_ADDRESS, LONGEST_BY_ADDRESS)

    @property
    def mode(self) -> Literal["local", "accounts"]:
        """How people come in."""
        return "accounts" if self.accounts else "local"

    def open(self, database: Database) -> None:
        """See who is there; where nobody has a password, who started the server is the owner."""
        keys.forget_keys(self._hidden)
        with database.session() as session:
            self.accounts = self.accounts or has_accounts(session)
            if self.accounts:
                without = select(Person.id).where(Person.password.is_(None))
                session.execute(delete(SignedIn).where(SignedIn.person_id.in_(without)))
            else:
                _local_person(session)

    def new_key(self) -> str:
        """A key for the address that lets one browser in."""
        return keys.new_key(self._hidden)

    def spend(self, key: str) -> bool:
        """Whether ``key`` lets in; it does so once, and where nobody signs in."""
        return not self.accounts and keys.spend(self._hidden, key)

    def check_pace(self, buckets: Buckets, who: object) -> None:
        """Raise :class:`~offramp.workspace.problems.Refusal` where ``who`` asks too often."""
        wait = buckets.take(who)
        if wait:
            raise too_often("too many requests", wait)


def too_often(found: str, wait: float) -> Refusal:
    """That one must wait."""
    seconds = in_whole_seconds(wait)
    return Refusal(429, found, remedy=f"try again in {seconds} seconds", headers={"Retry-After": seconds})


def has_accounts(session: Session) -> bool:
    """Whether anyone can sign in by a password."""
    return bool(session.scalar(select(func.count()).select_from(Person).where(Person.password.is_not(None))))


def local_person(session: Session) -> Person | None:
    """Who started the server, where nobody signs in."""
    return session.scalar(select(Person).where(Person.password.is_(None), Person.role == "owner").order_by(Person.id))


def _local_person(session: Session) -> None:
    if local_person(session) is None:
        name = system_name()
        session.add(Person(name=name, display=name, role="owner", feed_key=new_secret()))


def system_name() -> str:
    """The name of the operating system's user, as a person's name may be."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number that nobody has
        name = Path.home().name
    return re.sub(r"[^a-z0-9_.-]", "", name.lower())[:64].lstrip("_.-") or "owner"
