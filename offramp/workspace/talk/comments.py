"""Comments: threads on a scenario and its parts. Text is plain; whoever shows it shows it as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.sources.document import clean
from offramp.workspace.access.roles import rank
from offramp.workspace.database import after_commit, now
from offramp.workspace.models import Comment, Mention, Person
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.talk.activity import note
from offramp.workspace.talk.mentions import mention
from offramp.workspace.talk.targets import Standing, normal, standing
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

LONGEST = 10_000
"""Signs of a comment's text."""


@dataclass(frozen=True)
class Wanted:
    """Which threads to show; ``before`` is the number of the oldest that was shown already."""

    target: str | None = None
    open: bool | None = None
    before: int | None = None
    limit: int = 200


def threads(session: Session, site: Site, scenario: str, wanted: Wanted) -> tuple[list[dict[str, Any]], int | None]:
    """The threads on a scenario in the order in which they were begun, and the number before which there are more."""
    there = standing(site.settings, scenario)
    chosen = select(Comment).where(Comment.scenario == scenario, Comment.reply_to.is_(None))
    if wanted.target is not None:
        chosen = chosen.where(Comment.target == normal(wanted.target))
    if wanted.open is not None:
        chosen = chosen.where(Comment.resolved.is_(None) if wanted.open else Comment.resolved.is_not(None))
    if wanted.before is not None:
        chosen = chosen.where(Comment.id < wanted.before)
    found = list(session.scalars(chosen.order_by(Comment.id.desc()).limit(wanted.limit + 1)))
    shown = found[: wanted.limit][::-1]
    return _documents(session, there, shown), shown[0].id if len(found) > len(shown) else None


def thread(session: Session, site: Site, comment: Comment) -> dict[str, Any]:
    """The document of one comment, with the replies to it."""
    return _documents(session, standing(site.settings, comment.scenario), [comment])[0]


def _documents(session: Session, there: Standing, roots: Sequence[Comment]) -> list[dict[str, Any]]:
    ids = [root.id for root in roots]
    replies = list(session.scalars(select(Comment).where(Comment.reply_to.in_(ids)).order_by(Comment.id)))
    every = [*roots, *replies]
    who = {each for comment in every for each in (comment.person_id, comment.resolved_by) if each is not None}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(who))).all())
    mentioned = _mentioned(session, [comment.id for comment in every])
    made = {comment.id: _document(comment, names, mentioned.get(comment.id, []), there) for comment in every}
    for reply in replies:
        assert reply.reply_to is not None
        made[reply.reply_to]["replies"].append(made[reply.id])
    return [made[each] for each in ids]


def _mentioned(session: Session, ids: list[int]) -> dict[int, list[str]]:
    """Names of who is mentioned, by comment."""
    wanted = select(Mention.comment_id, Person.name).join(Person, Person.id == Mention.person_id)
    found: dict[int, list[str]] = {}
    for comment, name in session.execute(wanted.where(Mention.comment_id.in_(ids)).order_by(Mention.id)):
        found.setdefault(comment, []).append(name)
    return found


def _document(comment: Comment, names: Mapping[int, str], mentioned: list[str], there: Standing) -> dict[str, Any]:
    gone = comment.deleted is not None
    resolved = comment.resolved and {"by": _name(names, comment.resolved_by), "at": said(comment.resolved)}
    return {
        "id": comment.id,
        "scenario": comment.scenario,
        "target": comment.target,
        "text": comment.text,
        "by": "" if gone else _name(names, comment.person_id),
        "at": said(comment.at),
        "edited": comment.edited and said(comment.edited),
        "resolved": resolved or None,
        "deleted": gone,
        "replies": [],
        "mentions": [] if gone else mentioned,
        "missing_target": there.lacks(comment.target),
    }


def _name(names: Mapping[int, str], person: int | None) -> str:
    return names.get(person, "") if person is not None else ""


def say(session: Session, site: Site, person: Person, comment: Comment) -> Comment:
    """Keep a comment that a person wrote: tell everyone, and who is named in it.

    ``comment`` has its scenario, target, text and ``reply_to``; a reply is about what its thread is about.
    """
    standing(site.settings, comment.scenario)
    comment.text = _plain(comment.text)
    comment.person_id = person.id
    if comment.reply_to is None:
        comment.target = normal(comment.target)
    else:
        root = _thread_of(session, comment.scenario, comment.reply_to)
        comment.reply_to, comment.target = root.id, root.target
    session.add(comment)
    session.flush()
    mention(session, site, comment)
    kind = "commented" if comment.reply_to is None else "replied"
    note(session, site, person, kind, comment.scenario, comment=comment.id, target=comment.target)
    _tell(session, site, comment)
    return comment


def _plain(text: str) -> str:
    """Text without signs that are not seen but act."""
    cleaned = clean(text).strip()
    if not cleaned:
        raise Refusal(422, "found a comment without text", f"1 to {LONGEST:,} signs", "write something")
    return cleaned


def _thread_of(session: Session, scenario: str, number: int) -> Comment:
    """The comment that begins the thread that a comment of the scenario belongs to."""
    found = session.get(Comment, number)
    root = session.get(Comment, found.reply_to) if found and found.reply_to is not None else found
    if root is None or root.scenario != scenario:
        raise not_found("comment", str(number), "reply to a comment on the same scenario")
    return root


def comment_of(session: Session, number: int) -> Comment:
    """A comment by its number.

    Raises
    ------
    Refusal
        If there is none, or it was deleted.
    """
    found = session.get(Comment, number)
    if found is None or found.deleted is not None:
        raise not_found("comment", str(number))
    return found


def rewrite(session: Session, site: Site, person: Person, comment: Comment, text: str) -> None:
    """Change the text of one's own comment."""
    if comment.person_id != person.id:
        raise Refusal(403, "the comment is somebody else's", "one's own comments", "reply to it")
    text = _plain(text)
    if text != comment.text:
        comment.text, comment.edited = text, now()
        mention(session, site, comment)
        _tell(session, site, comment)


def resolve(session: Session, site: Site, person: Person, comment: Comment, *, resolved: bool) -> None:
    """Close a thread, or open it again: an editor may, and who began it."""
    if comment.reply_to is not None:
        raise Refusal(422, "found a reply", "the comment that begins a thread", "resolve the whole thread")
    if comment.person_id != person.id and rank(person.role) < rank("editor"):
        raise Refusal(403, "the thread is somebody else's", "editors, and who began it", "ask one of them")
    if resolved == (comment.resolved is not None):
        return
    comment.resolved, comment.resolved_by = (now(), person.id) if resolved else (None, None)
    kind = "resolved" if resolved else "reopened"
    note(session, site, person, kind, comment.scenario, comment=comment.id, target=comment.target)
    _tell(session, site, comment)


def remove(session: Session, site: Site, person: Person, comment: Comment) -> None:
    """Delete a comment: its author may, and an owner. One with replies keeps its place without its text."""
    if comment.person_id != person.id and person.role != "owner":
        raise Refusal(403, "the comment is somebody else's", "one's own comments", "ask an owner of this workspace")
    _tell(session, site, comment)
    comment.text, comment.deleted = "", now()
    session.flush()
    root = session.get(Comment, comment.reply_to) if comment.reply_to is not None else comment
    if comment.reply_to is not None:
        session.delete(comment)
        session.flush()
    if root is not None and root.deleted is not None and not _replies(session, root):
        session.delete(root)


def _replies(session: Session, comment: Comment) -> int:
    return session.scalar(select(func.count()).select_from(Comment).where(Comment.reply_to == comment.id)) or 0


def _tell(session: Session, site: Site, comment: Comment) -> None:
    scenario, number = comment.scenario, comment.id
    after_commit(session, lambda: site.bus.publish("comment", scenario=scenario, id=number))


def open_comments(session: Session) -> dict[str, int]:
    """How many threads are open, by scenario."""
    wanted = select(Comment.scenario, func.count()).where(
        Comment.reply_to.is_(None), Comment.resolved.is_(None), Comment.deleted.is_(None)
    )
    return dict(session.execute(wanted.group_by(Comment.scenario)).all())
