"""People who are named in a comment: ``@ana``. A name that nobody has stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from offramp.workspace.database import after_commit, now
from offramp.workspace.models import Comment, Mention, Person
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

_AT = re.compile(r"(?<![\w.-])@([A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_])")

MOST = 50
"""People who may be named in one comment; those after them stay text."""


def names_in(text: str) -> list[str]:
    """Names that a text mentions, each once.

    Examples
    --------
    >>> names_in("ask @ana, not bob@ana.org; @a.b. and @ana")
    ['ana', 'a.b']
    """
    return list(dict.fromkeys(_AT.findall(text)))[:MOST]


def mention(session: Session, site: Site, comment: Comment) -> list[str]:
    """Note whom a comment names, and tell those who were not named in it before.

    Returns
    -------
    list of str
        The names of all who are mentioned.
    """
    named = select(Person).where(Person.name.in_(names_in(comment.text)), Person.disabled.is_(False))
    people = {person.id: person for person in session.scalars(named)}
    before = set(session.scalars(select(Mention.person_id).where(Mention.comment_id == comment.id)))
    gone = before - people.keys()
    if gone:
        session.execute(delete(Mention).where(Mention.comment_id == comment.id, Mention.person_id.in_(gone)))
    for person in (people[each] for each in people.keys() - before):
        _tell(session, site, comment, person)
    return [person.name for person in people.values()]


def _tell(session: Session, site: Site, comment: Comment, person: Person) -> None:
    """Note one mention; who names himself knows already, and who wants no mail gets none later either."""
    own = person.id == comment.person_id
    mailed = own or not (person.email and person.mail_mentions)
    found = Mention(
        comment_id=comment.id, person_id=person.id, read=now() if own else None, mailed=now() if mailed else None
    )
    session.add(found)
    session.flush()
    if not own:
        told = {"id": found.id, "comment": comment.id, "scenario": comment.scenario}
        after_commit(session, lambda: site.bus.publish("mention", only_for=person.id, **told))
        after_commit(session, site.post.wake)


def mentions_of(session: Session, person: Person, *, before: int | None = None, limit: int = 100) -> list[Any]:
    """Where a person is mentioned, the newest first; not in what was deleted."""
    wanted = (
        select(Mention, Comment, Person.name)
        .join(Comment, Comment.id == Mention.comment_id)
        .outerjoin(Person, Person.id == Comment.person_id)
        .where(Mention.person_id == person.id, Comment.deleted.is_(None))
        .order_by(Mention.id.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(Mention.id < before)
    return [
        {
            "id": mention.id,
            "comment": comment.id,
            "scenario": comment.scenario,
            "target": comment.target,
            "by": name or "",
            "at": said(comment.at),
            "text": comment.text,
            "read": mention.read is not None,
        }
        for mention, comment, name in session.execute(wanted)
    ]


def mark_read(session: Session, person: Person, ids: Iterable[int] | None) -> None:
    """Mark mentions of a person as read; all of them where ``ids`` is None."""
    wanted = update(Mention).where(Mention.person_id == person.id, Mention.read.is_(None)).values(read=now())
    session.execute(wanted if ids is None else wanted.where(Mention.id.in_(list(ids))))


def unread(session: Session, person: Person) -> int:
    """How many mentions a person has not read."""
    wanted = (
        select(func.count())
        .select_from(Mention)
        .join(Comment, Comment.id == Mention.comment_id)
        .where(Mention.person_id == person.id, Mention.read.is_(None), Comment.deleted.is_(None))
    )
    return session.scalar(wanted) or 0
