"""A workspace for tests: a folder with examples, its application, and a client for each role."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2 as httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from offramp.workspace.access import sessions, tokens
from offramp.workspace.access.passwords import hash_password
from offramp.workspace.access.roles import CSRF_HEADER, SAFE
from offramp.workspace.access.secrets import new_secret
from offramp.workspace.app import create_app
from offramp.workspace.database import Database
from offramp.workspace.models import Person
from offramp.workspace.settings import Settings, cookie_name, make_hidden
from offramp.workspace.site import Site

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"

START = "from offramp.cli import main; main()"

ADDRESS = "http://127.0.0.1:8765"
"""Where clients believe the workspace to be."""

PASSWORD = "a lamp beside the river"
"""Of everyone, where there are accounts."""

PEOPLE = {"rita": "reader", "ed": "editor", "olga": "owner"}
"""Who is there, where there are accounts."""


class Client(TestClient):
    """A browser: it sends the session's CSRF token with all that changes something."""

    csrf = ""

    def request(self, method: str, url: Any, **more: Any) -> Any:
        if self.csrf and method.upper() not in SAFE:
            more["headers"] = {CSRF_HEADER: self.csrf, **(more.get("headers") or {})}
        return super().request(method, url, **more)


@dataclass
class Workspace:
    """A workspace that runs: its application, its site, and whoever comes to it."""

    app: FastAPI
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        self.site = self.app.state.site

    @property
    def folder(self) -> Path:
        return self.site.settings.folder

    def stranger(self, **headers: str) -> Client:
        """A client whom nobody knows; what goes wrong inside is an answer."""
        return Client(self.app, base_url=ADDRESS, headers=headers, follow_redirects=False)

    def client(self, role: str = "owner") -> Client:
        """A client of who has ``role``, with a session."""
        client = self.stranger()
        with self.site.database.session() as session:
            secret, row = sessions.begin(session, _person(session, role))
        client.cookies.set(cookie_name(self.site.settings), secret, domain="127.0.0.1")
        client.csrf = row.csrf
        return client

    def program(self, scope: str = "write", role: str = "editor") -> Client:
        """A client that has a token of who has ``role``."""
        with self.site.database.session() as session:
            text, _ = tokens.make(session, _person(session, role), "a program", scope, 1)
        return self.stranger(authorization=f"Bearer {text}")

    def person(self, role: str = "owner") -> Person:
        """Who has ``role``."""
        with self.site.database.session() as session:
            return _person(session, role)


def make_folder(place: Path, *names: str) -> Path:
    """A folder with copies of examples: those of ``names`` (``venezuela-2024.yaml``), or all that are files."""
    folder = place / "folder"
    folder.mkdir()
    for each in names or [each.name for each in EXAMPLES.glob("*.yaml")]:
        shutil.copy(EXAMPLES / each, folder / each)
    return folder


@contextmanager
def local(folder: Path, **settings: Any) -> Iterator[Workspace]:
    """A workspace of one person, an owner, as ``offramp serve`` starts it; ``settings`` as of :class:`Settings`."""
    with _running(create_app(Settings(folder, **settings))) as found:
        yield found


@contextmanager
def shared(folder: Path, **settings: Any) -> Iterator[Workspace]:
    """A workspace with accounts: the reader rita, the editor ed and the owner olga."""
    app = create_app(Settings(folder, accounts=True, **settings))
    site: Site = app.state.site
    _add_people(site.database)
    with _running(app) as found:
        yield found


def people(folder: Path) -> None:
    """Have the reader rita, the editor ed and the owner olga in the database of a folder that is not yet served."""
    settings = Settings(folder, accounts=True)
    make_hidden(settings.hidden)
    database = Database(settings.database_url)
    _add_people(database)
    database.close()


def _add_people(database: Database) -> None:
    with database.session() as session:
        for name, role in PEOPLE.items():
            person = Person(name=name, display=name.title(), role=role, password=_hashed(), feed_key=new_secret())
            session.add(person)


@contextmanager
def _running(app: FastAPI) -> Iterator[Workspace]:
    with TestClient(app, base_url=ADDRESS):
        yield Workspace(app)


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def _person(session: Any, role: str) -> Person:
    found: Person = session.scalars(select(Person).where(Person.role == role).order_by(Person.id)).first()
    assert found is not None, f"nobody is {role} here"
    return found


@dataclass
class Served:
    """A server in a process of its own: ``opening`` is the address that it printed, ``address`` that without a key."""

    process: subprocess.Popen[str]
    opening: str
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.opening.partition("/?key=")[0].rstrip("/")

    def client(self, *, enter: bool = False, **options: Any) -> httpx.Client:
        """A browser; with ``enter`` it opens the printed address first. It is closed with the server."""
        client = httpx.Client(base_url=self.address, timeout=30, **options)
        self.clients.append(client)
        if enter:
            client.get(self.opening)
        return client

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, or kill it (``SIGKILL``), and wait until it is gone."""
        self.process.send_signal(how)
        self.process.wait(30)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """``offramp serve`` at work on a port that is free; it need not be alive at the end."""
    command = [sys.executable, "-c", START, "serve", str(folder), "--no-open", *options]
    command += [] if "--port" in options else ["--port", "0"]
    found: Served | None = None
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate(timeout=30)[1])
        found = Served(process, line.rpartition(" at ")[2].strip())
        yield found
    finally:
        for each in () if found is None else found.clients:
            each.close()
        process.kill()
        process.communicate()
