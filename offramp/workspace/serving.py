"""The server at work: it takes the folder and the port, says where it is, and ends in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from offramp.errors import RunError
from offramp.workspace import folder_lock
from offramp.workspace.access.gate import has_accounts
from offramp.workspace.access.hosts import is_loopback
from offramp.workspace.access.keys import new_key
from offramp.workspace.app import create_app
from offramp.workspace.database import Database
from offramp.workspace.settings import Settings, make_hidden
from offramp.workspace.site import Site

LOG = "access.log"
"""The log of requests, among what the workspace keeps."""

LOG_BYTES = 5_000_000
LOGS_KEPT = 3

SECONDS_TO_END = 10
"""How long requests may go on after the server was told to stop."""

SECONDS_FOR_HEADERS = 15.0
"""How long the headers of a request may keep a connection waiting."""

CONNECTIONS = 1000
"""Open at once; more are told to come again."""

Ready = Callable[[str], None]
"""Called with the address to open, once the server answers."""


def serve(settings: Settings, ready: Ready) -> None:
    """Serve a folder until the process is told to stop.

    Parameters
    ----------
    settings : Settings
        Port 0 takes any that is free.
    ready : callable
        Called with the address to open once the server answers; where nobody signs in, it holds a key.

    Raises
    ------
    RunError
        Where the folder is not there or is served already, the port is taken, or strangers could come in.
    """
    if settings.folder.is_file():
        raise RunError(f"{str(settings.folder)!r} is a file; give the folder that it is in")
    if not settings.folder.is_dir():
        raise RunError(f"there is no folder {str(settings.folder)!r}; make it first, or give another")
    make_hidden(settings.hidden)
    with _locked(settings) as lock:
        settings = replace(settings, accounts=_accounts(settings))
        listening = _listen(settings.host, settings.port)
        settings = replace(settings, port=listening.getsockname()[1])
        address = settings.public_url.rstrip("/") or _address(settings)
        folder_lock.tell(lock, address, accounts=settings.accounts)
        app = create_app(settings)
        with _logged(settings.hidden / LOG):
            server = _Server(_config(app, settings), app.state.site, lambda site: ready(opening(address, site)))
            with suppress(KeyboardInterrupt):  # the server has ended in good order by then
                server.run(sockets=[listening])
    if not server.started:
        raise RunError("the server could not start; what stands above says why")


def opening(address: str, site: Site) -> str:
    """The address to open; where nobody signs in, with a key."""
    return f"{address}/" if site.gate.accounts else f"{address}/?key={site.gate.new_key()}"


class _Server(uvicorn.Server):
    """A server that says when it answers, and whose streams end when it is told to stop."""

    def __init__(self, config: uvicorn.Config, site: Site, ready: Callable[[Site], None]) -> None:
        super().__init__(config)
        self._site = site
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self._ready, self._site)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.bus.close()
        await super().shutdown(sockets)


class _Patient(H11Protocol):
    """HTTP that waits for the headers of a request only so long."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Count the time while no request is under way."""
        busy = self._is_busy()
        if busy and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        elif not busy and self._timer is None:
            self._timer = self.loop.call_later(SECONDS_FOR_HEADERS, self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        if not self._is_busy():
            self.transport.close()

    def _is_busy(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete


@contextmanager
def _locked(settings: Settings) -> Iterator[IO[str]]:
    lock = folder_lock.take(settings.hidden)
    if lock is None:
        raise RunError(_served_already(settings))
    with lock:
        yield lock


def _served_already(settings: Settings) -> str:
    """That a server is there, and how to get in."""
    address, accounts = folder_lock.told(settings.hidden)
    found = f"the folder {str(settings.folder)!r} is served already"
    if not address:
        return f"{found}; stop that server first"
    way_in = f"{address}/" if accounts else f"{address}/?key={new_key(settings.hidden)}"
    return f"{found}; open {way_in} or stop that server first"


def _accounts(settings: Settings) -> bool:
    """Whether people sign in; where strangers could come in, or nobody at all, that is refused."""
    database = Database(settings.database_url)
    try:
        with database.session() as session:
            anyone = has_accounts(session)
    finally:
        database.close()
    add = f"offramp accounts add {settings.folder} NAME"
    if settings.accounts and not anyone:
        raise RunError(f"nobody has an account yet; add one first: {add}")
    if not anyone and not is_loopback(settings.host):
        raise RunError(
            f"at {settings.host!r} others reach the server, and nobody has an account; add one first: {add}, "
            "or leave --host out"
        )
    return anyone


def _listen(host: str, port: int) -> socket.socket:
    """A socket at which the server listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OverflowError:
        raise RunError(f"{port} is no port; give one from 0 to 65535") from None
    except OSError as error:
        raise RunError(
            f"cannot listen at {host} on port {port} ({os.strerror(error.errno or 0)}); give another with --port, "
            "or 0 for any that is free"
        ) from None
    # What is accepted takes it over. Else an answer's body waits for 40 ms until its headers have been received.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _config(app: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Patient,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.public_url),
        forwarded_allow_ips=["127.0.0.1", "::1"],
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )


@contextmanager
def _logged(place: Path) -> Iterator[None]:
    """Requests into a file, and what goes wrong to standard error: there without what an error says."""
    requests = RotatingFileHandler(place, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", delay=True)
    requests.setFormatter(logging.Formatter("%(message)s"))
    screen = logging.StreamHandler()
    screen.setFormatter(logging.Formatter("offramp: %(message)s"))
    screen.addFilter(lambda record: record.exc_info is None)
    by_name: dict[str, logging.Handler] = {
        "offramp.access": requests,
        "offramp.faults": screen,
        "uvicorn.error": screen,
    }
    levels = {"offramp.access": logging.INFO, "uvicorn.error": logging.WARNING}
    for name, handler in by_name.items():
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(levels.get(name, logging.ERROR))
        logger.propagate = False
    try:
        yield
    finally:
        for name, handler in by_name.items():
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).propagate = True
        requests.close()
