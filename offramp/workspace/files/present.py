"""A scenario as it is now: its file's text, and who wrote it.

What others did to the file is noticed here: a text that is not the newest version in the table becomes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from offramp.workspace.database import now
from offramp.workspace.files import versions
from offramp.workspace.files.changes import changes_between
from offramp.workspace.files.folder import Content
from offramp.workspace.files.versions import DISK, WORKSPACE, Head
from offramp.workspace.models import Version
from offramp.workspace.talk.activity import note
from offramp.workspace.talk.following import follow

if TYPE_CHECKING:
    from offramp.workspace.site import Site


@dataclass(frozen=True)
class Present:
    """A scenario's file and the newest version of it."""

    id: str
    content: Content
    head: Head

    @property
    def file(self) -> str:
        """Its path in the folder."""
        return file_of(self.id)


def file_of(scenario: str) -> str:
    """The path in the folder of a scenario's file, for messages."""
    return f"{scenario.replace(':', '/')}.yaml"


def present(site: Site, scenario: str) -> Present:
    """The scenario as it is now.

    Raises
    ------
    Refusal
        If it is not there or cannot be read.
    """
    content = site.folder.read(scenario)
    with site.database.session() as session:
        known = versions.head(session, scenario)
    if known is None or known.version != content.version:
        known = noticed(site, scenario)
        content = site.folder.read(scenario)
    return Present(scenario, content, known)


def noticed(site: Site, scenario: str) -> Head:
    """The newest version, once what stands in the file is one."""
    with site.folder.alone(scenario):
        content = site.folder.read(scenario)
        with site.database.session() as session:
            known = versions.head(session, scenario)
            if known is not None and known.version == content.version:
                return known
            entry = _entered(session, site, scenario, content, known)
            session.flush()
            found = versions.head(session, scenario)
    assert found is not None, "a version was entered just now"
    site.bus.publish("scenario", id=scenario, version=content.version, by=entry.person_id and found.by)
    return found


def _entered(session: Session, site: Site, scenario: str, content: Content, known: Head | None) -> Version:
    """The version for a text that was found in the file."""
    kept = versions.kept_since(session, scenario, content.version)
    if kept is not None:  # it was saved here, and the server ended before it could say so
        kept.origin = WORKSPACE
        return kept
    parent = known.version if known else None
    entry = versions.enter(session, scenario, content.text, origin=DISK, parent=parent)
    entry.at = min(content.stamp.changed, now())
    if parent is not None:
        before = versions.text_of(session, scenario, parent) or ""
        entry.changes = changes_between(before, content.text, file_of(scenario))
        follow(session, scenario, before, content.text, file_of(scenario))
        note(session, site, None, "changed", scenario, version=content.version, changes=entry.changes)
    return entry
