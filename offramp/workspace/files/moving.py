"""Scenarios that come, go and take other names; what is deleted lies in the trash until someone restores it."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import update

from offramp.errors import RunError
from offramp.scenario.composing import composed, starter
from offramp.workspace.database import now
from offramp.workspace.files import versions
from offramp.workspace.files.committing import committed
from offramp.workspace.files.folder import version_of
from offramp.workspace.files.present import present
from offramp.workspace.files.versions import WORKSPACE
from offramp.workspace.models import Activity, Comment, Draft, Job, Person, Version
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.talk.activity import note
from offramp.workspace.times import said

if TYPE_CHECKING:
    from offramp.workspace.site import Site

TRASH = "trash"
"""The folder, inside the workspace's own, for what was deleted."""

TABLES = (Version, Draft, Comment, Activity, Job)
"""Tables in which scenarios are named."""

TRASH_ID = r"^[0-9]{8}T[0-9]{6}-[0-9a-f]{8}$"

Record = dict[str, Any]


def create(site: Site, person: Person, scenario: str, text: str, copy_of: str | None = None) -> None:
    """A new scenario with a text; ``copy_of`` is the scenario that had it.

    Raises
    ------
    Refusal
        409 where there is one of that name; 413 where the text is too large.
    """
    with site.folder.alone(scenario):
        site.folder.create(scenario, text)
        with site.database.session() as session:
            versions.enter(session, scenario, text, origin=WORKSPACE, person=person)
            told = {"copy_of": copy_of} if copy_of else {}
            note(session, site, person, "created", scenario, version=version_of(text), **told)
        committed(site, person, [scenario], "created")
    site.bus.publish("scenario", id=scenario, version=version_of(text), by=versions.shown(person))


def new_text(title: str, blocks: list[str]) -> str:
    """The text of a scenario to start from: composed of building blocks, or the small one.

    Raises
    ------
    Refusal
        422 where there is no block of a name.
    """
    if not blocks:
        return starter(title)
    try:
        return composed(title, [each.removeprefix("building/") for each in blocks])
    except RunError as error:
        raise Refusal(422, str(error)) from None


def rename(site: Site, person: Person, scenario: str, to: str) -> None:
    """Give a scenario's file another name; its versions, comments and what else is known of it go along.

    Raises
    ------
    Refusal
        404 where there is none; 409 where the name is taken.
    """
    site.folder.path_of(scenario)
    first, second = sorted((scenario, to))
    with site.folder.alone(first), site.folder.alone(second):
        there = present(site, scenario)
        with site.database.session() as session:
            session.execute(delete_rows(Draft).where(Draft.scenario == to))  # of a scenario that had the name before
            for table in TABLES:
                session.execute(update(table).where(table.scenario == scenario).values(scenario=to))
            note(session, site, person, "renamed", to, before=scenario)
            site.folder.rename(scenario, to)  # the last thing that can fail before all of it holds
        committed(site, person, [scenario, to], f"renamed to {to}")
    for name in (scenario, to):
        site.bus.publish("scenario", id=name, version=there.content.version, by=versions.shown(person))


@dataclass(frozen=True)
class Deleted:
    """A scenario in the trash."""

    id: str
    scenario: str
    title: str
    at: str
    by: str

    @property
    def record(self) -> Record:
        return vars(self)


def delete(site: Site, person: Person, scenario: str) -> Deleted:
    """Put a scenario's file into the trash; what is known of it stays."""
    site.folder.path_of(scenario)
    with site.folder.alone(scenario):
        there = present(site, scenario)
        title = site.catalogue.known(there.content.version)
        at = now()
        name = f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        found = Deleted(name, scenario, title.title if title else "", said(at), versions.shown(person))
        folder = _trash(site)
        (folder / f"{name}.json").write_text(json.dumps(found.record, ensure_ascii=False), encoding="utf-8")
        with site.database.session() as session:
            note(session, site, person, "removed", scenario, version=there.content.version, trash=name)
            shutil.move(site.folder.path_of(scenario), folder / f"{name}.yaml")
        committed(site, person, [scenario], "deleted")
    site.bus.publish("scenario", id=scenario, version="", by=found.by)
    return found


def deleted(site: Site) -> list[Deleted]:
    """All that is in the trash, the newest first."""
    found = (_read(file) for file in sorted(_trash(site).glob("*.json"), reverse=True))
    return [each for each in found if each is not None]


def restore(site: Site, person: Person, trash: str, to: str | None) -> str:
    """Bring a scenario back, under its name or another; gives its id.

    Raises
    ------
    Refusal
        404 where it is not in the trash, 409 where the name is taken.
    """
    folder = _trash(site)
    found = _read(folder / f"{trash}.json") if re.fullmatch(TRASH_ID, trash) else None
    if found is None:
        raise not_found("deleted scenario", trash)
    scenario = to or found.scenario
    file = folder / f"{trash}.yaml"
    with site.folder.alone(scenario):
        site.folder.restore(scenario, file)
        with site.database.session() as session:
            note(session, site, person, "restored", scenario, trash=trash)
        committed(site, person, [scenario], "restored")
    (folder / f"{trash}.json").unlink(missing_ok=True)
    site.bus.publish(
        "scenario", id=scenario, version=present(site, scenario).content.version, by=versions.shown(person)
    )
    return scenario


def _read(file: Path) -> Deleted | None:
    """What a note in the trash says; None where it is none, or its scenario is no longer there."""
    try:
        found = Deleted(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if file.with_suffix(".yaml").is_file() else None


def _trash(site: Site) -> Path:
    folder = site.settings.hidden / TRASH
    folder.mkdir(parents=True, exist_ok=True)
    return folder
