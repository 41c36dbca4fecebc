"""How large a request may be, and how slowly it may come."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offramp.workspace.access.pace import has_credentials
from offramp.workspace.problems import Refusal, response_of
from offramp.workspace.settings import Settings

UPLOADS = "/api/documents"
"""Where whole files come in."""

AROUND = 65_536
"""Bytes for what stands around a text or a file; and all that a stranger may send."""

ESCAPED = 4
"""Times that a text may grow where it is written as JSON, and two of them sent together."""

SECONDS_A_PIECE = 20.0
"""How long the next piece of a request may keep one waiting."""

SECONDS_IN_ALL = 180.0
"""How long a request may take to arrive."""


class Bodies:
    """Middleware that counts what comes, and cuts off what is too large or too slow."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope)
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > most:
            await response_of(too_large(most))(scope, receive, send)
            return
        await self._app(scope, _Counted(receive, most), send)

    def _most(self, scope: Scope) -> int:
        """Bytes that a request may have."""
        limits = self._settings.limits
        if not has_credentials(scope, self._settings):
            return AROUND
        return AROUND + (limits.uploaded if scope["path"] == UPLOADS else ESCAPED * limits.text)


def too_large(most: int) -> Refusal:
    """That a request is too large."""
    return Refusal(413, "the request is too large", f"up to {most:,} bytes", headers={"Connection": "close"})


class _Counted:
    """A ``receive`` that counts bytes and time until the body is there."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self._until = asyncio.get_running_loop().time() + SECONDS_IN_ALL
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        rest = self._until - asyncio.get_running_loop().time()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, min(rest, SECONDS_A_PIECE)))
        except TimeoutError:
            raise HTTPException(408, "the request came too slowly", {"Connection": "close"}) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "the request is too large", {"Connection": "close"})
        self._whole = not message.get("more_body", False)
        return message
