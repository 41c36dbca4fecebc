"""The ASGI application of a workspace: its routes, and what stands before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from offramp import __version__
from offramp.errors import OfframpError, Problem
from offramp.workspace.access.bodies import Bodies
from offramp.workspace.access.headers import SafeHeaders
from offramp.workspace.access.hosts import Hosts
from offramp.workspace.access.log import Log, Unforeseen
from offramp.workspace.access.pace import Pace
from offramp.workspace.description import describe
from offramp.workspace.problems import Refusal, refusal_of, response_of
from offramp.workspace.routes import ROUTERS
from offramp.workspace.routes.common import refusals
from offramp.workspace.settings import Settings
from offramp.workspace.site import Site
from offramp.workspace.static_files import static_files


def create_app(settings: Settings) -> FastAPI:
    """The application for a folder; its site starts and ends with it."""
    site = Site(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(site.start)
        yield
        await run_in_threadpool(site.close)

    app = FastAPI(
        title="offramp workspace",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.site = site
    for router in ROUTERS:
        app.include_router(router, responses=refusals(413))
    app.mount("/assets", static_files(), name="assets")
    describe(app)
    _answer_problems(app)
    _stand_guard(app, site)
    return app


def _answer_problems(app: FastAPI) -> None:
    """Let everything that is refused be a problem document."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(OfframpError, _wrong)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _plain)


def _stand_guard(app: FastAPI, site: Site) -> None:
    """What every request passes on its way in; the last that is added is the first that is passed."""
    app.add_middleware(Bodies, settings=site.settings)
    app.add_middleware(Pace, site=site)
    app.add_middleware(Hosts, settings=site.settings)
    app.add_middleware(Unforeseen)
    app.add_middleware(SafeHeaders, settings=site.settings)
    app.add_middleware(Log)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return response_of(error)


def _wrong(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OfframpError)
    return response_of(refusal_of(error))


def _unreadable(_: Request, error: Exception) -> JSONResponse:
    """A request that is not what the route takes; what was sent is not repeated, it may be a secret."""
    assert isinstance(error, RequestValidationError)
    problems = tuple(
        Problem(path=tuple(map(str, each["loc"])), found=each["msg"], file="(request)") for each in error.errors()
    )
    return response_of(Refusal(422, "the request is wrong", remedy="see /api/docs", problems=problems))


def _plain(_: Request, error: Exception) -> JSONResponse:
    """What the framework refuses itself."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # FastAPI's word for a body that is neither UTF-8 nor JSON
        return response_of(Refusal(422, "the request is wrong", "JSON in UTF-8", "see /api/docs"))
    phrase = HTTPStatus(error.status_code).phrase.lower()
    found = "there is nothing here" if error.status_code == 404 else str(error.detail or phrase)
    return response_of(Refusal(error.status_code, found, headers=error.headers))
