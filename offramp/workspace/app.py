"""The ASGI application of a workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from offramp import __version__
from offramp.errors import OfframpError
from offramp.workspace.problems import Refusal, refusal_of
from offramp.workspace.routes import ROUTERS
from offramp.workspace.settings import Settings
from offramp.workspace.site import Site


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
    )
    app.state.site = site
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(OfframpError, _wrong)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return JSONResponse(error.document(), status_code=error.status, headers=error.headers)


def _wrong(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OfframpError)
    return _refused(request, refusal_of(error))
