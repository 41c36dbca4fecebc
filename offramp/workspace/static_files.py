"""The built front end: its page, and the files that belong to it."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

STATIC = Path(__file__).parent / "static"

NONCE_MARK = "__CSP_NONCE__"
"""What stands in the built page where each answer puts a nonce of its own."""

FOR_EVER = "public, max-age=31536000, immutable"
"""A built file never changes: its name holds the hash of its content."""

UNBUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>offramp</title>
<h1>The front end is not built</h1>
<p>Run <code>make ui</code> in the source folder (it needs Node), then load this page again.</p>
<p>The interface for programs is there: <a href="/api/docs">/api/docs</a>.</p></html>
"""


class _Built(StaticFiles):
    """Files that browsers may keep for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = FOR_EVER
        return answer


def static_files() -> ASGIApp:
    """The application that serves what the page loads."""
    mimetypes.add_type("text/javascript", ".js")  # some systems say otherwise, and browsers would not run it
    return GZipMiddleware(_Built(directory=STATIC / "assets", check_dir=False))


def page(nonce: str) -> str:
    """The page of the front end, with ``nonce`` for the styles that the editor makes."""
    built = STATIC / "index.html"
    return built.read_text(encoding="utf-8").replace(NONCE_MARK, nonce) if built.exists() else UNBUILT
