"""The page of the front end, the way in by a printed address, and the description of the interface."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from offramp.workspace.access import signing
from offramp.workspace.access.headers import page_policy
from offramp.workspace.access.roles import AnyoneAsking
from offramp.workspace.access.secrets import new_secret
from offramp.workspace.description import description_page
from offramp.workspace.routes.session import set_cookie
from offramp.workspace.site import SiteOf
from offramp.workspace.static_files import page

router = APIRouter(include_in_schema=False)

Key = Annotated[str | None, Query(max_length=128)]


@router.get("/")
def front(site: SiteOf, asker: AnyoneAsking, key: Key = None) -> Response:
    """The page; with a key that nobody used, a session first."""
    if key is None:
        nonce = new_secret()
        return HTMLResponse(page(nonce), headers={"Content-Security-Policy": page_policy(nonce)})
    answer = RedirectResponse("/", status_code=303)
    secret = signing.let_in(site, key) if asker is None else None
    if secret is not None:
        set_cookie(site, answer, secret)
    return answer


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """The interface for programs, described for people."""
    nonce = new_secret()
    text = description_page(request.app.openapi(), nonce)
    return HTMLResponse(text, headers={"Content-Security-Policy": page_policy(nonce)})
