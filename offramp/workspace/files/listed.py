"""The list of scenarios, as its page shows it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offramp.workspace.database import now
from offramp.workspace.files import versions
from offramp.workspace.files.catalogue import PATIENCE, Summary
from offramp.workspace.files.folder import Entry
from offramp.workspace.files.headlines import Headline
from offramp.workspace.files.present import noticed
from offramp.workspace.files.versions import DISK, Head
from offramp.workspace.models import Comment, Version
from offramp.workspace.problems import Refusal
from offramp.workspace.site import Site
from offramp.workspace.times import said

Record = dict[str, Any]

MOST_NAMED = 10_000
"""Values in one question to the database."""


def list_scenarios(site: Site) -> Record:
    """Every scenario of the folder, and what was left out."""
    listing = site.folder.listing()
    known = _up_to_date(site, listing.entries)
    runs = site.headlines.newest(listing.runs)
    with site.database.session() as session:
        talk = _open_comments(session)
        told = _headlines(session, runs)
    deadline = time.monotonic() + PATIENCE
    rows = []
    for entry in listing.entries:
        headline = runs.get(entry.version or "") or told.get(entry.id)
        rows.append(
            {
                "id": entry.id,
                "file": entry.file,
                "version": entry.version or "",
                **_summary(site, entry, deadline),
                **_last(entry, known.get(entry.id)),
                "open_comments": talk.get(entry.id, 0),
                "headline": headline and headline.document(entry.version),
            }
        )
    return {"scenarios": rows, "left_out": [{"file": each.file, "why": each.why} for each in listing.left_out]}


def _up_to_date(site: Site, entries: Iterable[Entry]) -> dict[str, Head]:
    """The newest versions, once what stands in the files is among them."""
    with site.database.session() as session:
        known = versions.heads(session)
        new = [entry for entry in entries if entry.version and entry.id not in known]
        for entry in new:
            _enter_new(session, site, entry)
        if new:
            known |= versions.heads(session, [entry.id for entry in new][:MOST_NAMED])
    for entry in entries:
        if entry.version and entry.id in known and known[entry.id].version != entry.version:
            with contextlib.suppress(Refusal):
                known[entry.id] = noticed(site, entry.id)
    return known


def _enter_new(session: Session, site: Site, entry: Entry) -> None:
    """A file that nobody has looked at yet is a version; that it is there is no news."""
    with contextlib.suppress(Refusal):
        text = site.folder.read(entry.id).text
        versions.enter(session, entry.id, text, origin=DISK).at = min(entry.stamp.changed, now())


def _open_comments(session: Session) -> dict[str, int]:
    """How many threads of each scenario are not resolved."""
    is_open = (Comment.reply_to.is_(None), Comment.resolved.is_(None), Comment.deleted.is_(None))
    found = select(Comment.scenario, func.count().label("threads")).where(*is_open).group_by(Comment.scenario)
    return {row.scenario: row.threads for row in session.execute(found)}


def _headlines(session: Session, runs: Mapping[str, Headline]) -> dict[str, Headline]:
    """The newest run of any version of each scenario."""
    found: dict[str, Headline] = {}
    rows = session.execute(
        select(Version.scenario, Version.hash).where(Version.hash.in_(list(runs)[:MOST_NAMED])).distinct()
    )
    for scenario, version in rows:
        known = found.get(scenario)
        if known is None or known.stamp.mtime_ns < runs[version].stamp.mtime_ns:
            found[scenario] = runs[version]
    return found


def _summary(site: Site, entry: Entry, deadline: float) -> Record:
    """What the text says at a glance; ``checked`` is false where nobody has looked yet whether it has problems."""
    if entry.version is None:
        return {"title": entry.id, "question": None, "as_of": None, "ok": False, "problems": 1, "checked": True}
    try:
        found = site.catalogue.summary(entry.id, entry.version, lambda: site.folder.read(entry.id).text, deadline)
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
