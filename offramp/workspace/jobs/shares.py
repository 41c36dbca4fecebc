"""Links to reports: whoever has one may read the report as it was when it was shared, until the link expires.

A link holds 256 random bits, of which only the SHA-256 is kept. The report is copied, so that what happens to the run
changes nothing of it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.workspace.access.secrets import fingerprint, new_secret
from offramp.workspace.database import now
from offramp.workspace.models import Person, Share
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.talk.activity import note

if TYPE_CHECKING:
    from offramp.workspace.site import Site

MOST_DAYS = 90

MOST_SHARES = 100
"""Links of one person that work at once."""

UNKNOWN, OVER = 404, 410


@dataclass(frozen=True)
class Opened:
    """What a link leads to: the file of its report, or the status that says why to none."""

    file: Path | None
    status: int = 200


@dataclass(frozen=True)
class Wanted:
    """A link to make: to the report of a run, for some days, called by a title."""

    run: str
    scenario: str
    title: str
    days: int


def make(site: Site, person: Person, wanted: Wanted, report: Path) -> tuple[Share, str]:
    """A new link, and the secret in it, which is nowhere kept.

    Raises
    ------
    Refusal
        409: the person has too many links that work.
    """
    secret = new_secret()
    with site.database.session() as session:
        _check_room(session, person)
        share = Share(
            hash=fingerprint(secret),
            title=wanted.title,
            run=wanted.run,
            person_id=person.id,
            expires=now() + timedelta(days=wanted.days),
        )
        session.add(share)
        session.flush()
        file = file_of(site, share)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(report, file)
        note(session, site, person, "shared", wanted.scenario, run=wanted.run, title=wanted.title, share=share.id)
    return share, secret


def listed(session: Session, person: Person) -> list[tuple[Share, str | None]]:
    """One's links, or all for an owner, the newest first; each with the name of who made it."""
    wanted = select(Share, Person.name).outerjoin(Person, Person.id == Share.person_id).order_by(Share.id.desc())
    if person.role != "owner":
        wanted = wanted.where(Share.person_id == person.id)
    return [(share, name) for share, name in session.execute(wanted.limit(1000))]


def revoke(site: Site, person: Person, number: int) -> None:
    """Take a link back: one's own, or anyone's for an owner. Its report is removed.

    Raises
    ------
    Refusal
        404: there is none of that number that the person may know of.
    """
    with site.database.session() as session:
        share = session.get(Share, number)
        if share is None or (share.person_id != person.id and person.role != "owner"):
            raise not_found("link", str(number))
        if share.revoked is None:
            share.revoked = now()
            note(session, site, person, "unshared", run=share.run, title=share.title, share=share.id)
        file_of(site, share).unlink(missing_ok=True)


def opened(site: Site, secret: str) -> Opened:
    """What the link with a secret leads to; that it was opened is counted."""
    with site.database.session() as session:
        share = session.scalar(select(Share).where(Share.hash == fingerprint(secret)))
        if share is None:
            return Opened(None, UNKNOWN)
        file = file_of(site, share)
        if share.revoked is not None or share.expires <= now() or not file.is_file():
            file.unlink(missing_ok=True)
            return Opened(None, OVER)
        share.opened += 1
        return Opened(file)


def remove_expired(site: Site) -> None:
    """Remove the reports of links that are over."""
    with site.database.session() as session:
        for share in session.scalars(select(Share).where(Share.expires <= now())):
            file_of(site, share).unlink(missing_ok=True)


def file_of(site: Site, share: Share) -> Path:
    """Where the report of a link is."""
    return site.settings.hidden / "shares" / f"{share.id}.html"


def _check_room(session: Session, person: Person) -> None:
    mine = select(func.count()).select_from(Share)
    mine = mine.where(Share.person_id == person.id, Share.revoked.is_(None), Share.expires > now())
    there = session.scalar(mine) or 0
    if there >= MOST_SHARES:
        raise Refusal(409, f"{there} links of yours work", f"at most {MOST_SHARES}", "take one back")
