"""Put a team's load on a workspace: 100 people at once for a minute, over HTTP on this machine, each with accounts.

``python -m benchmarks.load [--users 100] [--seconds 60]`` (``make bench-load``) starts ``offramp serve`` on a folder of
its own with the Venezuela example and a finished run, over SQLite and, where there is one, over PostgreSQL. The people
are a second process. Each listens to what happens and does one thing after another, with a pause of a second on
average in between, which is brisker than people are. The table goes into ``docs/workspace.md``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import httpx2

from benchmarks import ROOT
from benchmarks.asking import EXAMPLE, NAME, PAGE, quantile, served
from benchmarks.machine import described, machine
from benchmarks.page import write_block

SMALL = ROOT / "examples" / "talks.yaml"
"""What each person has an own copy of, to write in."""

PASSWORD = "a lamp beside the river"

DRAWS = 1024
"""Of the finished run."""

SECONDS_BEYOND = 90.0
"""How long the people may take to come to an end after their time."""


@dataclass
class Memory:
    """The most that a process and its children held, in bytes, looked at twice a second."""

    process: int
    most: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            self.most = max(self.most, sum(map(resident, family(self.process))))


def family(process: int) -> list[int]:
    """A process and all below it, where ``/proc`` says; each of its threads may have children."""
    below: list[int] = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            below += [int(each) for each in children.read_text(encoding="ascii").split()]
    return [process, *(each for child in below for each in family(child))]


def resident(process: int) -> int:
    """Bytes of memory that a process holds by itself; what it shares with another counts for both in part."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def furnish(folder: Path, database: str, users: int) -> list[dict[str, str]]:
    """A folder with the example, a run of it and a scenario for each person; the people's cookies and CSRF tokens."""
    from offramp import run
    from offramp.workspace.access import sessions
    from offramp.workspace.access.passwords import hash_password
    from offramp.workspace.access.secrets import new_secret
    from offramp.workspace.database import Database
    from offramp.workspace.models import Person
    from offramp.workspace.settings import Settings, make_hidden

    (folder / "own").mkdir(parents=True)
    shutil.copy(EXAMPLE, folder)
    run(str(folder / EXAMPLE.name), draws=DRAWS).save(folder / "runs" / "first")
    settings = Settings(folder, database=database)
    make_hidden(settings.hidden)
    store, hashed, people = Database(settings.database_url), hash_password(PASSWORD), []
    with store.session() as session:
        for number in range(users):
            name = f"u{number:03}"
            shutil.copy(SMALL, folder / "own" / f"{name}.yaml")
            role = "editor" if number else "owner"
            person = Person(name=name, display=name, role=role, password=hashed, feed_key=new_secret())
            session.add(person)
            session.flush()
            secret, row = sessions.begin(session, person)
            people.append({"name": name, "secret": secret, "csrf": row.csrf})
    store.close()
    return people


def open_folder(address: str, person: dict[str, str]) -> None:
    """Let the owner look at the folder, as before every other day: what is in it is then known."""
    cookie = f"offramp_session_{urlsplit(address).port}={person['secret']}"
    with httpx2.Client(base_url=address, headers={"Cookie": cookie}, timeout=60, trust_env=False) as client:
        client.get("/api/scenarios").raise_for_status()


def load(database: str, users: int, seconds: float) -> dict[str, Any]:
    """What the people saw, and how much memory the server took."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        people = furnish(folder, database, users)
        options = ["--database", database] if database else []
        with served(folder, "--accounts", *options) as (address, process):
            open_folder(address, people[0])
            sleep(15.0)  # the desk warms up
            asked = json.dumps({"address": address, "people": people, "seconds": seconds, "scenario": NAME})
            memory = Memory(process)
            with memory.watched():
                command = [sys.executable, "-m", "benchmarks.people"]
                limit = seconds + SECONDS_BEYOND
                done = subprocess.run(
                    command, input=asked, capture_output=True, text=True, check=False, timeout=limit, cwd=ROOT
                )
        if done.returncode:
            raise RuntimeError(done.stderr)
        found: dict[str, Any] = json.loads(done.stdout)
        for trouble in found["first_errors"]:
            print(trouble, file=sys.stderr)
        return found | {"memory": memory.most}


def table(name: str, found: dict[str, Any], users: int) -> str:
    """What was measured over one database, as Markdown."""
    kinds = found["kinds"]
    every = sorted(one for kind in kinds.values() for one in kind["seconds"])
    errors = sum(kind["errors"] for kind in kinds.values())
    rate = len(every) / found["elapsed"]
    head = (
        f"**{name}**: {users} people, {found['elapsed']:.0f} s, {len(every):,} requests, {rate:.0f} a second, "
        f"{errors} errors, {found['events']:,} events heard; at most {found['memory'] / 2**20:,.0f} MiB with the desk."
    )
    lines = ["| what | requests | errors | median, ms | 95 %, ms | 99 %, ms |", "|---|--:|--:|--:|--:|--:|"]
    rows = [*kinds.items(), ("all", {"seconds": every, "errors": errors})]
    for kind, told in rows:
        times = sorted(told["seconds"])
        if times:
            figures = " | ".join(f"{1000 * quantile(times, share):,.0f}" for share in (0.5, 0.95, 0.99))
            lines.append(f"| {kind} | {len(times):,} | {told['errors']} | {figures} |")
    return "\n".join([head, "", *lines])


def postgres() -> Any:
    """A PostgreSQL of its own; None in place of its URL where there is none."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        from postgres_cluster import _found, cluster
    except ImportError:
        return nullcontext(None)
    return cluster() if _found() else nullcontext(None)


def main() -> None:
    """Measure, write the page, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--dry", action="store_true", help="print the tables alone")
    asked = parser.parse_args()
    about = machine()
    where = f"{described(about)}, people and server on the same cores; load {about['load_before']}"
    parts = [f"{datetime.now(UTC).date()}, {where}."]
    if asked.only != "postgresql":
        parts.append(table("SQLite", load("", asked.users, asked.seconds), asked.users))
    with postgres() if asked.only != "sqlite" else nullcontext(None) as server:
        if server is not None:
            url = server.replace("postgresql:", "postgresql+psycopg:") + "/postgres"
            parts.append(table("PostgreSQL", load(url, asked.users, asked.seconds), asked.users))
    text = "\n\n".join(parts)
    if not asked.dry:
        write_block("load", text, PAGE)
    print(text)


if __name__ == "__main__":
    main()
