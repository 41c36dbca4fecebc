"""A workspace in a process of its own, on a port of this machine, for tests that need a real one, or kill it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

import offramp
from cheap import cheap_standoff

ROOT = Path(__file__).parents[1]

SERVE = """
import json, sys
from pathlib import Path
from urllib.parse import urlsplit
from offramp.workspace.access import tokens
from offramp.workspace.access.gate import local_person
from offramp.workspace.database import Database
from offramp.workspace.serving import serve
from offramp.workspace.settings import Limits, Settings

folder, options = json.loads(sys.argv[1])
settings = Settings(Path(folder), port=0, limits=Limits(**options.pop("limits", {})), **options)

def ready(address):
    database = Database(settings.database_url)
    with database.session() as session:
        text, _ = tokens.make(session, local_person(session), "tests", "write", 1)
    database.close()
    parts = urlsplit(address)
    print(json.dumps({"url": f"{parts.scheme}://{parts.netloc}", "token": text}), flush=True)

serve(settings, ready)
"""

MANY_DRAWS = 524_288
"""Draws of the cheap standoff that take some seconds."""

PATIENCE = 90.0
"""Seconds that anything here may take."""


@dataclass
class Server:
    """A server process, and how to reach it."""

    process: subprocess.Popen[str]
    url: str
    token: str

    def client(self) -> httpx2.Client:
        """A client that may do everything."""
        return httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=PATIENCE, trust_env=False
        )

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> float:
        """End it in good order; the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        return time.monotonic() - began


@contextmanager
def server(folder: Path, **settings: Any) -> Iterator[Server]:
    """A workspace over a folder, as one person has it; ``settings`` as of :class:`Settings`, in JSON."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, json.dumps([str(folder), settings])],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert process.stdout is not None
    try:
        found = json.loads(process.stdout.readline())
        yield Server(process, found["url"], found["token"])
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
        process.stdout.close()


def cheap_folder(place: Path) -> Path:
    """A folder with one scenario, ``cheap``, whose draws take microseconds."""
    folder = place / "folder"
    folder.mkdir()
    (folder / "cheap.yaml").write_text(offramp.dumps(cheap_standoff()), encoding="utf-8")
    return folder


def until(look: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """What ``look`` gives once it gives something."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {patience:g} seconds")


def job_when(client: Any, number: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """A job once it is as wanted."""

    def look() -> dict[str, Any] | None:
        job: dict[str, Any] = client.get(f"/api/jobs/{number}").json()
        return job if wanted(job) else None

    found: dict[str, Any] = until(look)
    return found


def finished(job: dict[str, Any]) -> bool:
    """Whether a job has come to its end."""
    return job["status"] in ("done", "failed", "cancelled")
