"""The log of requests: one JSON document a line, without anything that lets in.

Queries, cookies, headers and bodies are left out, and of an address that is a secret itself only its kind is kept.
What goes wrong inside is logged by where it did, without what the error says: that may quote what someone sent.
"""

from __future__ import annotations

import json
import logging
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offramp.workspace.access.secrets import new_secret
from offramp.workspace.problems import Refusal, response_of

log = logging.getLogger("offramp.access")
faults = logging.getLogger("offramp.faults")

SECRET_BELOW = ("/s/",)
"""Paths whose rest is a secret."""

LONGEST_PATH = 300


def told_path(path: str) -> str:
    """A path as it may be written down."""
    for each in SECRET_BELOW:
        if path.startswith(each):
            return f"{each}…"
    return path[:LONGEST_PATH]


def told_fault(error: BaseException) -> str:
    """Where an error arose, and those that led to it, without what they say."""
    lines = []
    each: BaseException | None = error
    while each is not None:
        lines += [f"{type(each).__name__}, from:", *_frames(each.__traceback__)]
        each = each.__cause__ or each.__context__
    return "\n".join(lines)


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


class Log:
    """Middleware that writes a line for each request, and answers where something went wrong inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(send)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        except Exception:
            watched.status = watched.status or 500
            raise
        finally:
            log.info(_line(scope, watched, time.perf_counter() - started))


class Unforeseen:
    """Middleware that logs what goes wrong inside and answers; the error goes on, for tests to see."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watched = _Watched(send)
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            number = new_secret()[:12]
            faults.error("fault %s: %s", number, told_fault(error))
            if scope["type"] == "http" and not watched.status:
                remedy = f"tell who runs the server; its log has more under {number}"
                await response_of(Refusal(500, "something went wrong inside", remedy=remedy))(scope, receive, send)
            raise


class _Watched:
    """A ``send`` that sees how an answer goes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.sent = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.sent += len(message.get("body", b""))
        await self._send(message)


def _line(scope: Scope, watched: _Watched, seconds: float) -> str:
    client = scope.get("client")
    return json.dumps(
        {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": scope["method"],
            "path": told_path(scope["path"]),
            "status": watched.status,
            "bytes": watched.sent,
            "milliseconds": round(1000 * seconds, 1),
            "address": client[0] if client else None,
            "person": scope.get("state", {}).get("person"),
        }
    )
