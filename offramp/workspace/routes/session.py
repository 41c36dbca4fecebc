"""Who is here: signing in and out, and what one may change about oneself."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from offramp import __version__
from offramp.workspace.access import accounts, sessions, signing
from offramp.workspace.access.passwords import LONGEST
from offramp.workspace.access.roles import AnyoneAsking, Asker, InPerson, Role, address_of
from offramp.workspace.access.secrets import fingerprint
from offramp.workspace.models import Person
from offramp.workspace.problems import Refusal
from offramp.workspace.routes.common import refusals
from offramp.workspace.settings import cookie_name
from offramp.workspace.site import Site, SiteOf
from offramp.workspace.talk.mentions import unread

router = APIRouter(prefix="/api", tags=["session"])

Password = Annotated[str, Field(max_length=LONGEST)]

Digest = Literal["none", "daily", "weekly"]


class Myself(BaseModel):
    """The person who asks; ``feed`` is the address of their feed, for nobody else."""

    name: str
    display: str
    role: Role
    email: str
    digest: Digest
    mail_mentions: bool
    language: str
    feed: str


class SessionDocument(BaseModel):
    """Who is here, and what a page needs to know from the start."""

    person: Myself | None
    mode: Literal["local", "accounts"]
    csrf: str
    version: str
    folder: str
    git: bool
    unread: int


class SignIn(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=64)
    password: Password


class NewPassword(BaseModel):
    """The password until now, and that from now on."""

    model_config = ConfigDict(extra="forbid")

    old: Password
    new: Password


class AboutMe(BaseModel):
    """What to change about oneself; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    display: str | None = Field(None, min_length=1, max_length=128)
    email: str | None = Field(None, max_length=254, pattern=accounts.EMAIL)
    digest: Digest | None = None
    mail_mentions: bool | None = None
    language: str | None = Field(None, pattern=r"^([a-z]{2})?$")


@router.get("/session", openapi_extra={"security": []})
def session(site: SiteOf, asker: AnyoneAsking) -> SessionDocument:
    """Who is here; ``csrf`` goes into the header ``X-CSRF-Token`` of all that changes something."""
    return _document(site, asker)


@router.post("/session", responses=refusals(401, 403, 429), openapi_extra={"security": []})
def sign_in(site: SiteOf, request: Request, response: Response, body: SignIn) -> SessionDocument:
    """Sign in with a name and a password; a session that was there before is over."""
    if not site.gate.accounts:
        remedy = "open the address that 'offramp serve' printed, or add accounts with 'offramp accounts add'"
        raise Refusal(403, "nobody signs in to this workspace by a password", remedy=remedy)
    secret, row, person = signing.sign_in(site, body.name, body.password, address_of(request))
    before = request.cookies.get(cookie_name(site.settings))
    if before:
        with site.database.session() as database:
            sessions.end(database, fingerprint(before))
    set_cookie(site, response, secret)
    return _document(site, Asker(person, session=row))


@router.delete("/session", status_code=204)
def sign_out(site: SiteOf, response: Response, asker: InPerson) -> None:
    """End the session."""
    with site.database.session() as database:
        sessions.end(database, asker.signed_in.id)
    site.bus.dismiss(asker.person.id)
    response.delete_cookie(cookie_name(site.settings), secure=site.settings.secure, httponly=True, samesite="strict")


@router.patch("/session")
def change_myself(site: SiteOf, asker: InPerson, body: AboutMe) -> SessionDocument:
    """Change how one is called, reached and written to."""
    with site.database.session() as database:
        person = database.get_one(Person, asker.person.id)
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(person, name, value)
    return _document(site, Asker(person, session=asker.session))


@router.post("/session/password", status_code=204, responses=refusals(409))
def change_password(site: SiteOf, request: Request, response: Response, asker: InPerson, body: NewPassword) -> None:
    """Take another password; all other sessions are over, and this one goes on under a new cookie."""
    if not site.gate.accounts:
        raise Refusal(409, "nobody signs in to this workspace by a password")
    set_cookie(site, response, signing.change_password(site, asker.person, body.old, body.new, address_of(request)))
    site.bus.dismiss(asker.person.id)


def set_cookie(site: Site, response: Response, secret: str) -> None:
    """Let a browser keep what it is known by, where no script can read it."""
    response.set_cookie(
        cookie_name(site.settings),
        secret,
        max_age=int(sessions.LONGEST.total_seconds()),
        secure=site.settings.secure,
        httponly=True,
        samesite="strict",
    )


def _document(site: Site, asker: Asker | None) -> SessionDocument:
    return SessionDocument(
        person=_myself(asker.person) if asker else None,
        mode=site.gate.mode,
        csrf=asker.session.csrf if asker and asker.session else "",
        version=__version__,
        folder=str(site.settings.folder) if asker else "",
        git=bool(asker) and in_git(site),
        unread=_unread(site, asker.person) if asker else 0,
    )


def _myself(person: Person) -> Myself:
    return Myself(
        name=person.name,
        display=person.display,
        role=cast("Role", person.role),
        email=person.email,
        digest=cast("Digest", person.digest),
        mail_mentions=person.mail_mentions,
        language=person.language,
        feed=f"/feed.atom?key={person.feed_key}",
    )


def in_git(site: Site) -> bool:
    """Whether the folder lies in a git repository."""
    folder = site.settings.folder.resolve()
    return any((each / ".git").exists() for each in (folder, *folder.parents))


def _unread(site: Site, person: Person) -> int:
    with site.database.session() as database:
        return unread(database, person)
