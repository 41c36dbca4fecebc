"""Saving a scenario: nothing that someone wrote is lost, whatever others do meanwhile.

A text is first written down in the table of versions, as *kept*. Then the file takes it: as it is where the file still
holds what its writer began with, merged where it does not and the two do not clash. Right before the file is replaced
it is looked at once more, so that what an editor or git wrote in between is merged too. Where the two clash the file
stays as it is, and the version stays, kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from offramp.workspace.database import now
from offramp.workspace.files import versions
from offramp.workspace.files.changes import changes_between, summed_up
from offramp.workspace.files.checking import checked
from offramp.workspace.files.committing import committed
from offramp.workspace.files.drafts import drop_written_before
from offramp.workspace.files.endings import with_ends_of
from offramp.workspace.files.folder import version_of
from offramp.workspace.files.homeless import Order, homeless
from offramp.workspace.files.merging.merge import Merge, merge
from offramp.workspace.files.present import Present, file_of, present
from offramp.workspace.files.versions import KEPT, WORKSPACE
from offramp.workspace.models import Person, Version
from offramp.workspace.problems import Refusal
from offramp.workspace.talk.activity import note
from offramp.workspace.talk.following import follow

if TYPE_CHECKING:
    from offramp.workspace.site import Site

ATTEMPTS = 20
"""Times that the file may change between our reading and our writing it before we give up."""


@dataclass(frozen=True)
class Saved:
    """What the file holds now."""

    version: str
    merged: bool
    text: str


@dataclass(frozen=True)
class Conflict:
    """Two texts that clash; ``theirs`` stands in the file, yours is kept as a version."""

    base: str
    base_text: str | None
    theirs: Present
    yours: str
    yours_version: str
    merge: Merge


def save(site: Site, person: Person, order: Order) -> Saved | Conflict:
    """Save a text, merged with what others saved meanwhile; or say how the two clash.

    Raises
    ------
    Refusal
        404 where there is no such scenario, 413 where the text is too large, 409 where the file never stands still.
        What was written for a scenario that is gone is kept as a draft.
    """
    began = now()
    _check_size(site, order.text)
    try:
        site.folder.path_of(order.scenario)
    except Refusal as refusal:
        raise homeless(site, person, order, refusal) from None
    with site.folder.alone(order.scenario):
        there = present(site, order.scenario)
        order = replace(order, text=with_ends_of(there.content.text, order.text))
        if order.text == there.content.text:
            _settle_drafts(site, person, order, began)
            return Saved(there.head.version, False, order.text)
        kept = _kept(site, person, order)
        for _ in range(ATTEMPTS):
            result = _attempt(site, order, there)
            if isinstance(result, Conflict):
                _tell_conflict(site, person, result)
                return result
            replaced = site.folder.replace(order.scenario, result.text, there.content.version)
            if replaced is not None:
                _keep_late(site, order.scenario, replaced.late)
                _tell_saved(site, person, _Done(order, result, there, kept, began))
                return result
            there = present(site, order.scenario)
    raise Refusal(409, "the file keeps changing", "", "try again; what you wrote is kept in the history")


@dataclass(frozen=True)
class _Done:
    """A save that the file took, and the number of the version under which its text was kept."""

    order: Order
    saved: Saved
    before: Present
    kept: int
    began: datetime


def _check_size(site: Site, text: str) -> None:
    size = len(text.encode())
    if size > site.folder.largest:
        raise Refusal(413, f"a text of {size:,} bytes", f"at most {site.folder.largest:,}", "split or shorten it")


def _kept(site: Site, person: Person, order: Order) -> int:
    """The text as a version, before anything else is done with it."""
    with site.database.session() as session:
        parent, message = order.base, order.message
        entry = versions.enter(
            session, order.scenario, order.text, origin=KEPT, person=person, message=message, parent=parent
        )
        return entry.id


def _attempt(site: Site, order: Order, there: Present) -> Saved | Conflict:
    """The text that the file should take."""
    if order.base == there.content.version:
        return Saved(version_of(order.text), False, order.text)
    with site.database.session() as session:
        base = versions.text_of(session, order.scenario, order.base)
    file = file_of(order.scenario)
    base = site.past.text(file, order.base) if base is None else base
    found = merge(base or "", there.content.text, order.text, lambda text: checked(text, file).ok)
    if base is None or found.text is None:
        return Conflict(order.base, base, there, order.text, version_of(order.text), found)
    return Saved(version_of(found.text), True, found.text)


def _keep_late(site: Site, scenario: str, late: bytes | None) -> None:
    """Keep what someone wrote into the old file while it was replaced."""
    if late is not None:
        text = late.decode(errors="replace").replace("\0", "")
        with site.database.session() as session:
            versions.enter(session, scenario, text, origin=KEPT, message="written to the file while it was saved")


def _tell_saved(site: Site, person: Person, done: _Done) -> None:
    """Mark the version as the file's, enter the merged one, and say that it was saved."""
    order, saved, before = done.order, done.saved, done.before
    changes = changes_between(before.content.text, saved.text, before.file)
    with site.database.session() as session:
        if saved.text == order.text:
            entry = session.get_one(Version, done.kept)
            entry.origin, entry.parent = WORKSPACE, before.content.version
        else:
            message = order.message or "merged with what was saved meanwhile"
            entry = versions.enter(
                session, order.scenario, saved.text, origin=WORKSPACE, person=person, message=message
            )
            entry.parent = before.content.version
        entry.changes = changes
        drop_written_before(session, person, order.scenario, done.began)
        follow(session, order.scenario, before.content.text, saved.text, before.file)
        told: dict[str, Any] = {"version": saved.version, "parent": before.content.version, "changes": changes}
        told |= {"message": order.message} if order.message else {}
        told |= {"others": before.head.by} if saved.merged and before.head.by else {}
        note(session, site, person, "merged" if saved.merged else "saved", order.scenario, **told)
    committed(site, person, [order.scenario], order.message or summed_up(changes))
    site.bus.publish("scenario", id=order.scenario, version=saved.version, by=versions.shown(person))


def _tell_conflict(site: Site, person: Person, found: Conflict) -> None:
    with site.database.session() as session:
        told = {"version": found.yours_version, "theirs": found.theirs.content.version}
        note(session, site, person, "kept", found.theirs.id, **told, others=found.theirs.head.by)


def _settle_drafts(site: Site, person: Person, order: Order, began: datetime) -> None:
    with site.database.session() as session:
        drop_written_before(session, person, order.scenario, began)
