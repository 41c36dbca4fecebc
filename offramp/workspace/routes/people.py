"""People: who works here, and what each may do."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from offramp.workspace.access import accounts
from offramp.workspace.access.passwords import LONGEST
from offramp.workspace.access.roles import InPerson, Owner, Reader, Role
from offramp.workspace.models import Person
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.common import refusals
from offramp.workspace.site import Site, SiteOf
from offramp.workspace.talk.activity import note
from offramp.workspace.times import Time

router = APIRouter(prefix="/api/people", tags=["people"])

Name = Annotated[str, Path(max_length=64)]


class PersonDocument(BaseModel):
    """A person; what stands beside the name is for owners."""

    name: str
    display: str
    role: Role | None = None
    email: str | None = None
    disabled: bool | None = None
    created: Time | None = None


class PeopleDocument(BaseModel):
    """Everyone, by name."""

    people: list[PersonDocument]


class NewPerson(BaseModel):
    """A person to add."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=64)
    password: str = Field(max_length=LONGEST)
    role: Role = "reader"
    display: str = Field("", max_length=128)
    email: str = Field("", max_length=254, pattern=accounts.EMAIL)


class PersonChange(BaseModel):
    """What to change about a person; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    display: str | None = Field(None, min_length=1, max_length=128)
    email: str | None = Field(None, max_length=254, pattern=accounts.EMAIL)
    password: str | None = Field(None, max_length=LONGEST)
    disabled: bool | None = None


@router.get("", response_model_exclude_none=True)
def people(site: SiteOf, person: Reader) -> PeopleDocument:
    """Everyone; roles and addresses for owners alone."""
    with site.database.session() as session:
        return PeopleDocument(people=[_document(each, person) for each in accounts.people(session)])


@router.post("", status_code=201, responses=refusals(409))
def add_person(site: SiteOf, _: InPerson, person: Owner, body: NewPerson) -> PersonDocument:
    """Add a person who signs in with a password."""
    _check_accounts(site)
    with site.database.session() as session:
        made = accounts.add(session, body.name, body.password, body.role, display=body.display, email=body.email)
        note(session, site, person, "person_added", name=made.name, role=made.role)
        return _document(made, person)


@router.patch("/{name}", responses=refusals(404, 409))
def change_person(site: SiteOf, _: InPerson, person: Owner, name: Name, body: PersonChange) -> PersonDocument:
    """Change a person's role, name or password, or shut them out; sessions and tokens of who is shut out are over."""
    changes = body.model_dump(exclude_none=True)
    password = changes.pop("password", None)
    with site.database.session() as session:
        found = accounts.person_named(session, name)
        if password is not None:
            _check_accounts(site)
            accounts.set_password(session, found, password)
        accounts.change(session, found, changes)
        told = {"role": found.role} if "role" in changes else {}
        note(session, site, person, "person_changed", name=found.name, **told)
    site.bus.dismiss(found.id)
    return _document(found, person)


@router.delete("/{name}", status_code=204, responses=refusals(404, 409))
def remove_person(site: SiteOf, _: InPerson, person: Owner, name: Name) -> None:
    """Take a person away; what they wrote stays, without a name."""
    with site.database.session() as session:
        found = accounts.person_named(session, name)
        accounts.remove(session, found)
        mine = person.id == found.id
        note(session, site, None if mine else person, "person_removed", name=name)
    site.bus.dismiss(found.id)


def _check_accounts(site: Site) -> None:
    if not site.gate.accounts:
        raise Refusal(
            409,
            "nobody signs in to this workspace by a password",
            remedy="add the first account with 'offramp accounts add', and start the server again",
        )


def _document(each: Person, seen_by: Person) -> PersonDocument:
    if seen_by.role != "owner":
        return PersonDocument(name=each.name, display=each.display or each.name)
    return PersonDocument(
        name=each.name,
        display=each.display or each.name,
        role=cast("Role", each.role),
        email=each.email,
        disabled=each.disabled,
        created=each.created,
    )
