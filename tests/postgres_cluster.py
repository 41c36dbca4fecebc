"""A PostgreSQL of one's own, thrown away at the end: for tests that ask whether the workspace works on it."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir, mkdtemp

import pytest

PASSWORD = "thrown-away"

OWNER = "postgres"
"""Whom the server runs as where we are root, which it refuses to be."""


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a server on a free port of this machine, without a database's name."""
    programs = _programs()
    place = Path(mkdtemp(prefix="offramp-postgres-"))
    (place / "password").write_text(PASSWORD, encoding="utf-8")
    user = OWNER if os.geteuid() == 0 else None
    if user is not None:
        account = pwd.getpwnam(user)
        for each in (place, place / "password"):
            os.chown(each, account.pw_uid, account.pw_gid)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    store = place / "data"
    made = [
        "initdb",
        "-D",
        str(store),
        "-U",
        OWNER,
        "-A",
        "scram-sha-256",
        f"--pwfile={place / 'password'}",
        "-E",
        "UTF8",
    ]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    begun = ["pg_ctl", "-D", str(store), "-o", options, "-l", str(place / "log"), "-w", "start"]
    try:
        for name, *rest in (made, begun):
            _run(programs / name, rest, user)
        yield f"postgresql://{OWNER}:{PASSWORD}@127.0.0.1:{port}"
    finally:
        if (store / "postmaster.pid").exists():
            _run(programs / "pg_ctl", ["-D", str(store), "-m", "immediate", "-w", "stop"], user)
        shutil.rmtree(place)


def _run(program: Path, words: list[str], user: str | None) -> None:
    command = [str(program), *words]
    done = subprocess.run(
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=user,
        cwd=gettempdir(),
        env={"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout


def _programs() -> Path:
    """Where the server's programs are; installed if they are missing and this is a Debian that may be added to."""
    with (Path(gettempdir()) / "offramp-postgres.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests in other processes wait for the one that installs it
        if not _found() and shutil.which("apt-get"):
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "postgresql"]):
                subprocess.run(command, check=False, capture_output=True, env=quiet)
    found = _found()
    if not found:
        pytest.skip("there is no PostgreSQL, and apt-get is missing or could not install it")
    return found[-1]


def _found() -> list[Path]:
    debian = sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    return debian or ([Path(elsewhere).parent] if elsewhere else [])
