"""Under which names the workspace answers, and from whose pages it takes requests.

A page of somebody else may point a name of its own at this machine (DNS rebinding) and would then be let in as one
of ours: so the ``Host`` of every request must be a name of ours. And a page may send requests here: so what changes
something must come from a page of ours, which browsers say in ``Sec-Fetch-Site`` and ``Origin``.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from offramp.workspace.problems import Refusal, response_of
from offramp.workspace.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

OURS = frozenset({"same-origin", "none"})
"""What ``Sec-Fetch-Site`` says of a page of ours, and of who types an address."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    if host.lower() == "localhost":
        return True
    literal = _literal(host)
    return literal is not None and literal.is_loopback


def allowed_names(settings: Settings) -> frozenset[str]:
    """The names under which the workspace answers, besides addresses."""
    names = {"localhost", settings.host.lower(), (urlsplit(settings.public_url).hostname or "").lower()}
    if not is_loopback(settings.host):
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names - {""})


class Hosts:
    """Middleware that refuses requests under other names, and those that other pages send."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = allowed_names(settings)
        self._public = urlsplit(settings.public_url).netloc.lower()
        self._only_loopback = is_loopback(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = self._wrong(scope["method"], scope["path"], Headers(scope=scope))
        await (response_of(found) if found else self._app)(scope, receive, send)

    def _wrong(self, method: str, path: str, headers: Headers) -> Refusal | None:
        """Why a request is not taken."""
        host = headers.get("host", "").lower()
        if len(headers.getlist("host")) != 1 or not self._is_ours(host):
            allowed = ", ".join(sorted(self._names))
            remedy = "start the server with --public-url and the address that people use"
            return Refusal(421, f"the workspace is not known as {host[:253]!r}", allowed, remedy)
        site = headers.get("sec-fetch-site")
        navigates = headers.get("sec-fetch-mode") == "navigate" and method in SAFE
        foreign = site is not None and site not in OURS and not navigates and path.startswith("/api/")
        origin = headers.get("origin")
        if method not in SAFE and origin is not None:
            foreign = foreign or urlsplit(origin).netloc.lower() not in {host, self._public} - {""}
        if foreign:
            return Refusal(403, "the request comes from another page", "from pages of this workspace")
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a ``Host`` is a name of ours; an address always is, since no page can make one lead elsewhere."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        literal = _literal(name)
        if literal is not None:
            return literal.is_loopback or not self._only_loopback or name in self._names
        return name in self._names


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
