"""The list of scenarios, as its page shows it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.workspace.database import now
from offramp.workspace.files import versions
from offramp.workspace.files.catalogue import FEW, Summary
from offramp.workspace.files.folder import Entry
from offramp.workspace.files.present import noticed
from offramp.workspace.files.versions import DISK, Head
from offramp.workspace.models import Comment
from offramp.workspace.problems import Refusal
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

Record = dict[str, Any]


def list_scenarios(site: Site) -> Record:
    """Every scenario of the folder, and what was left out."""
    listing = site.folder.listing()
    known = up_to_date(site, listing.entries)
    runs = site.runs.newest({entry.id: entry.version for entry in listing.entries if entry.version})
    with site.database.session() as session:
        talk = _open_comments(session)
    wait = sum(site.catalogue.known(entry.version) is None for entry in listing.entries if entry.version) <= FEW
    rows = [
        {
            "id": entry.id,
            "file": entry.file,
            "version": entry.version or "",
            **_summary(site, entry, wait=wait),
            **_last(entry, known.get(entry.id)),
            "open_comments": talk.get(entry.id, 0),
            "headline": _headline(runs.get(entry.id)),
        }
        for entry in listing.entries
    ]
    return {"scenarios": rows, "left_out": [{"file": each.file, "why": each.why} for each in listing.left_out]}


def up_to_date(site: Site, entries: Sequence[Entry]) -> dict[str, Head]:
    """The newest versions, once what stands in the files is among them."""
    with site.database.session() as session:
        known = versions.heads(session)
        if not known:  # the first time that anyone looks: that they are there is no news
            for entry in entries:
                _enter_first(session, site, entry)
            known = versions.heads(session)
    for entry in entries:
        head = known.get(entry.id)
        if entry.version and (head is None or head.version != entry.version):
            with contextlib.suppress(Refusal):
                known[entry.id] = noticed(site, entry.id)
    return known


def _enter_first(session: Session, site: Site, entry: Entry) -> None:
    """What stands in a file, as its first version."""
    with contextlib.suppress(Refusal):
        text = site.folder.read(entry.id).text
        versions.enter(session, entry.id, text, origin=DISK).at = min(entry.stamp.changed, now())


def _open_comments(session: Session) -> dict[str, int]:
    """How many threads of each scenario are not resolved."""
    is_open = (Comment.reply_to.is_(None), Comment.resolved.is_(None), Comment.deleted.is_(None))
    found = select(Comment.scenario, func.count().label("threads")).where(*is_open).group_by(Comment.scenario)
    return {row.scenario: row.threads for row in session.execute(found)}


def _headline(row: Record | None) -> Record | None:
    """The headline of a run, and whether it is of the text as it is now."""
    return row and row["headline"] and {**row["headline"], "current": row["current"]}


def _summary(site: Site, entry: Entry, *, wait: bool) -> Record:
    """What the text says at a glance; ``checked`` is false where nobody has looked yet whether it has problems."""
    if entry.version is None:
        return {"title": entry.id, "question": None, "as_of": None, "ok": False, "problems": 1, "checked": True}
    try:
        found = site.catalogue.summary(entry.id, entry.version, lambda: site.folder.read(entry.id).text, wait=wait)
    except Refusal:  # it went while we looked
        found = Summary("", "", None, 1)
    return {
        "title": found.title or entry.id,
        "question": found.question or None,
        "as_of": found.as_of,
        "ok": found.ok,
        "problems": found.problems or 0,
        "checked": found.problems is not None,
    }


def _last(entry: Entry, head: Head | None) -> Record:
    """Who changed the file last, and when."""
    if head is None:
        return {"changed": said(entry.stamp.changed), "by": None}
    return {"changed": said(head.at), "by": head.by}
