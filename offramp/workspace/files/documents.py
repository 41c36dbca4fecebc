"""Scenarios, conflicts and the like as documents of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offramp.workspace.files.checking import checked
from offramp.workspace.files.drafts import draft_of
from offramp.workspace.files.present import Present, file_of, present
from offramp.workspace.files.saving import Conflict
from offramp.workspace.models import Person
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

Record = dict[str, Any]

CONFLICT_SCHEMA = "offramp.conflict/1"


def scenario_document(site: Site, person: Person, scenario: str) -> Record:
    """A scenario with its text, what is wrong with it, its outline, and the person's draft."""
    there = present(site, scenario)
    with site.database.session() as session:
        draft = draft_of(session, person, scenario)
    text = there.content.text
    found = checked(text, there.file)
    return {
        "id": scenario,
        "file": there.file,
        "text": text,
        "version": there.content.version,
        "ok": found.ok,
        "problems": found.records,
        "outline": found.outline,
        "draft": {"text": draft.text, "base": draft.base, "at": said(draft.at)} if draft else None,
        **last_change(there),
    }


def last_change(there: Present) -> Record:
    """Who changed a scenario last, and when."""
    return {"changed": said(there.head.at), "by": there.head.by}


def check_document(scenario: str, text: str) -> Record:
    """What is wrong with a text, and its outline."""
    found = checked(text, file_of(scenario))
    return {"ok": found.ok, "problems": found.records, "outline": found.outline}


def conflict_document(found: Conflict) -> Record:
    """Two texts that clash: ``offramp.conflict/1``."""
    theirs = found.theirs
    return {
        "schema": CONFLICT_SCHEMA,
        "base": {"version": found.base, "text": found.base_text},
        "theirs": {
            "version": theirs.content.version,
            "text": theirs.content.text,
            "by": theirs.head.by,
            "at": said(theirs.head.at),
        },
        "yours": {"version": found.yours_version, "text": found.yours},
        "merged_with_marks": found.merge.marked,
        "hunks": [
            {"first": hunk.first, "base": hunk.base, "theirs": hunk.theirs, "yours": hunk.yours}
            for hunk in found.merge.hunks
        ],
    }
