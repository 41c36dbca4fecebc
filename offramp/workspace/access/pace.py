"""How often one address may ask, before it is known who sits there."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from offramp.workspace.problems import Refusal, response_of
from offramp.workspace.settings import Settings, cookie_name
from offramp.workspace.site import Site


def has_credentials(scope: Scope, settings: Settings) -> bool:
    """Whether a request claims to come from someone known; whether it does is found later."""
    connection = HTTPConnection(scope)
    return "authorization" in connection.headers or cookie_name(settings) in connection.cookies


class Pace:
    """Middleware that refuses addresses which ask too often."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._refusal(scope) if scope["type"] == "http" else None
        await (response_of(found) if found else self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        gate = self._site.gate
        known = has_credentials(scope, self._site.settings)
        address = scope["client"][0] if scope.get("client") else ""
        try:
            gate.check_pace(gate.addresses if known else gate.strangers, address)
        except Refusal as refusal:
            return refusal
        return None
