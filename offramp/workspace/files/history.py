"""The history of a scenario: the versions that its file had and the texts that were kept, with git's commits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from offramp.workspace.files import versions
from offramp.workspace.files.changes import changes_between
from offramp.workspace.files.git import Commit
from offramp.workspace.files.present import file_of, present
from offramp.workspace.files.versions import DISK, KEPT
from offramp.workspace.models import Person, Version
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

GIT = "git"

MOST_ENTRIES = 1000
"""Versions that are looked at."""

PATIENCE = 1.0
"""Seconds that are spent on what each entry changed, where that is not known yet."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A version in the history; ``changes`` is None where they are not worked out."""

    version: str
    parent: str | None
    at: datetime
    by: str | None
    message: str
    origin: str
    commit: str | None = None
    changes: list[Record] | None = None


def history(site: Site, scenario: str, limit: int) -> Record:
    """The newest entries of a scenario's history, the newest first.

    ``told`` is false where there was no time to work out what an entry changed; asked again, it is told.
    """
    present(site, scenario)
    entries = _joined(list(_from_table(site, scenario)), _from_git(site, scenario))
    deadline = time.monotonic() + PATIENCE
    shown = [_told(site, scenario, entry, deadline) for entry in _with_parents(entries)[:limit]]
    return {"entries": [_record(site, entry) for entry in shown], "more": len(entries) > limit}


def version_document(site: Site, scenario: str, version: str) -> Record:
    """A version that a scenario had, with its text.

    Raises
    ------
    Refusal
        404: there is no such scenario, or it never was such.
    """
    present(site, scenario)
    text = text_of_version(site, scenario, version)
    entries = _with_parents(_joined(list(_from_table(site, scenario)), _from_git(site, scenario)))
    entry = next((each for each in entries if each.version == version), None)
    if entry is None:
        raise _never_was(version)
    return {"text": text, **_record(site, entry)}


def text_of_version(site: Site, scenario: str, version: str) -> str:
    """The text of a version, of the table or of git.

    Raises
    ------
    Refusal
        404: the scenario never had it.
    """
    with site.database.session() as session:
        text = versions.text_of(session, scenario, version)
    if text is None:
        text = site.past.text(file_of(scenario), version)
    if text is None:
        raise _never_was(version)
    return text


def _never_was(version: str) -> Refusal:
    return not_found("version", version, "see the scenario's history for those that there are")


def _from_table(site: Site, scenario: str) -> Iterator[Entry]:
    """The versions of the table, the newest first."""
    wanted = (
        select(Version.hash, Version.parent, Version.at, Version.message, Version.origin, Version.changes)
        .add_columns(Person.display, Person.name)
        .outerjoin(Person, Person.id == Version.person_id)
        .where(Version.scenario == scenario)
        .order_by(Version.id.desc())
        .limit(MOST_ENTRIES)
    )
    with site.database.session() as session:
        for row in session.execute(wanted).all():
            by = row.display or row.name
            yield Entry(row.hash, row.parent, row.at, by, row.message, row.origin, changes=row.changes or None)


def _from_git(site: Site, scenario: str) -> list[tuple[Commit, str]]:
    """The commits that touched the file, each with the version that it then had."""
    repository = site.past.repository
    commits = repository.commits(file_of(scenario)) if repository else []
    found = site.past.versions_of(commit.blob for commit in commits if commit.blob)
    return [(commit, found[commit.blob]) for commit in commits if commit.blob in found]


def _joined(entries: list[Entry], commits: Sequence[tuple[Commit, str]]) -> list[Entry]:
    """Entries and commits in one list, the newest first; a commit of an entry's text belongs to the nearest such."""
    for commit, version in commits:
        same = [
            (abs((entry.at - commit.at).total_seconds()), index)
            for index, entry in enumerate(entries)
            if entry.version == version and entry.commit is None and entry.origin != KEPT
        ]
        if same:
            _, index = min(same)
            entries[index] = _with_commit(entries[index], commit)
        else:
            entries.append(Entry(version, None, commit.at, commit.by, commit.message, GIT, commit.hash))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _with_commit(entry: Entry, commit: Commit) -> Entry:
    """An entry that was committed; what was found in the file came with the commit."""
    if entry.origin == DISK:
        return replace(entry, origin=GIT, by=commit.by, at=commit.at, message=commit.message, commit=commit.hash)
    return replace(entry, message=entry.message or commit.message, commit=commit.hash)


def _with_parents(entries: list[Entry]) -> list[Entry]:
    """Entries of which each that came from outside follows the one before it."""
    found: list[Entry] = []
    before: str | None = None
    for entry in reversed(entries):
        found.append(replace(entry, parent=before) if entry.parent is None else entry)
        before = before if entry.origin == KEPT else entry.version
    return found[::-1]


def _told(site: Site, scenario: str, entry: Entry, deadline: float) -> Entry:
    """An entry with what it changed, as long as there is time."""
    if entry.changes is not None:
        return entry
    if entry.parent is None or entry.parent == entry.version:
        return replace(entry, changes=[])
    key = (entry.parent, entry.version)
    known = site.past.changes.get(key)
    if known is None and time.monotonic() < deadline:
        known = site.past.changes.keep(key, _changes(site, scenario, *key))
    return replace(entry, changes=known)


def _changes(site: Site, scenario: str, parent: str, version: str) -> list[Record]:
    file = file_of(scenario)
    with site.database.session() as session:
        texts = [versions.text_of(session, scenario, each) or site.past.text(file, each) for each in (parent, version)]
    return changes_between(texts[0], texts[1], file) if texts[0] and texts[1] else []


def _record(site: Site, entry: Entry) -> Record:
    return {
        "version": entry.version,
        "parent": entry.parent,
        "at": said(entry.at),
        "by": entry.by,
        "message": entry.message or None,
        "origin": entry.origin,
        "commit": entry.commit,
        "changes": entry.changes or [],
        "told": entry.changes is not None,
        "effect": site.past.effects.get((entry.parent or "", entry.version)),
    }


def effect_record(comparison: Record) -> Record:
    """What an edit did to the answer, as an entry of the history has it, from ``offramp.comparison/1``."""
    line = comparison["answer"]
    change = line["change"]
    return {
        "answer": line["says"],
        "first": line["first"] and line["first"]["mean"],
        "second": line["second"] and line["second"]["mean"],
        "change": change and change["mean"],
        "beyond_noise": bool(change and change["beyond_noise"]),
    }
