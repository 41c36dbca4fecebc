"""Who is asking, and whether they may: ``person: Reader`` in a route, or ``Editor`` or ``Owner``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, cast

from fastapi import Depends, Request

from offramp.workspace.access import sessions, tokens
from offramp.workspace.access.secrets import same
from offramp.workspace.models import Person, SignedIn, Token
from offramp.workspace.problems import Refusal
from offramp.workspace.settings import cookie_name
from offramp.workspace.site import Site, SiteOf

Role = Literal["reader", "editor", "owner"]

ROLES: tuple[Role, ...] = ("reader", "editor", "owner")
"""From the least to the most that one may do."""

CSRF_HEADER = "X-CSRF-Token"
"""Carries, with a cookie, what only a page of the workspace can know."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


@dataclass(frozen=True)
class Asker:
    """Who is asking, and how we know.

    Attributes
    ----------
    person : Person
    session : SignedIn or None
        Of the browser, by its cookie.
    token : Token or None
        Of the program.
    """

    person: Person
    session: SignedIn | None = None
    token: Token | None = None

    @property
    def signed_in(self) -> SignedIn:
        """The session of who is here in person."""
        assert self.session is not None
        return self.session


def whoever_asks(request: Request, site: SiteOf) -> Asker | None:
    """Who is asking; None for a stranger.

    Raises
    ------
    Refusal
        401 for a token that is none, 403 for what the cookie or the token does not allow, 429 for too many requests.
    """
    asker = _by_token(request, site) if "authorization" in request.headers else _by_cookie(request, site)
    if asker is not None:
        request.state.person = asker.person.name
        site.gate.check_pace(site.gate.people, asker.person.id)
    return asker


AnyoneAsking = Annotated[Asker | None, Depends(whoever_asks)]


async def known_asker(request: Request, site: SiteOf, asker: AnyoneAsking) -> Asker:
    """Who is asking; a stranger is refused."""
    if asker is None:
        site.gate.check_pace(site.gate.strangers, address_of(request))
        remedy = "sign in" if site.gate.accounts else "open the address that 'offramp serve' printed"
        raise Refusal(401, "nobody is signed in", remedy=remedy)
    return asker


KnownAsker = Annotated[Asker, Depends(known_asker)]


async def who_asks(asker: KnownAsker) -> Person:
    """The person of the request's session or token."""
    return asker.person


async def in_person(asker: KnownAsker) -> Asker:
    """Who is asking from a browser: a program may not change how one gets in."""
    if asker.session is None:
        raise Refusal(403, "a token may not do this", "for people who are signed in", "use the workspace's pages")
    return asker


InPerson = Annotated[Asker, Depends(in_person)]


def rank(role: str) -> int:
    """How much a role may, from 0 on."""
    return [*ROLES].index(cast("Role", role))


class _AtLeast:
    """A dependency that lets through who has at least a role."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, person: Annotated[Person, Depends(who_asks)]) -> Person:
        if rank(person.role) < rank(self.role):
            raise Refusal(
                403, f"a {person.role} may not do this", f"for {self.role}s", "ask an owner of this workspace"
            )
        return person


Reader = Annotated[Person, Depends(_AtLeast("reader"))]
Editor = Annotated[Person, Depends(_AtLeast("editor"))]
Owner = Annotated[Person, Depends(_AtLeast("owner"))]


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def _by_cookie(request: Request, site: Site) -> Asker | None:
    secret = request.cookies.get(cookie_name(site.settings))
    if not secret:
        return None
    with site.database.session() as session:
        found = sessions.find(session, secret)
    if found is None or not _may_enter(site, found[1]):
        return None
    signed_in, person = found
    given = request.headers.get(CSRF_HEADER, "")
    if request.method not in SAFE and not same(given, signed_in.csrf):
        raise Refusal(
            403,
            f"the request does not carry the session's {CSRF_HEADER}",
            "what 'csrf' says in GET /api/session",
            "load the page again",
        )
    return Asker(person, session=signed_in)


def _by_token(request: Request, site: Site) -> Asker:
    kind, _, secret = request.headers["authorization"].partition(" ")
    found = None
    if kind.lower() == "bearer" and secret.startswith(tokens.PREFIX):
        with site.database.session() as session:
            found = tokens.find(session, secret.strip())
    if found is None or not _may_enter(site, found[1]):
        site.gate.check_pace(site.gate.strangers, address_of(request))
        raise Refusal(
            401,
            "the token is not known, or over",
            remedy="make another under Settings",
            headers={"WWW-Authenticate": "Bearer"},
        )
    token, person = found
    if token.scope == "read" and request.method not in SAFE:
        raise Refusal(403, "the token may only read", "GET", "make a token that may write")
    return Asker(person, token=token)


def _may_enter(site: Site, person: Person) -> bool:
    """Whether a person may be here as things are: where people sign in, only who can."""
    return not site.gate.accounts or person.password is not None
