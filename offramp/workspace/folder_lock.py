"""One server for one folder: a lock that ends with its process, and where the server is to be found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

LOCK = "lock"
"""The file that a server holds, among what the workspace keeps; it says where the server is."""


def take(hidden: Path) -> IO[str] | None:
    """The lock on a folder, None where another server has it; a plain file where the system has no locks."""
    file = (hidden / LOCK).open("a+", encoding="utf-8")
    try:
        import fcntl
    except ImportError:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def tell(lock: IO[str], address: str, *, accounts: bool) -> None:
    """Write down where the server is that holds the lock."""
    lock.truncate(0)
    lock.write(json.dumps({"address": address, "accounts": accounts}))
    lock.flush()


def told(hidden: Path) -> tuple[str, bool]:
    """Where the server of a folder is, and whether people sign in; empty where it does not say."""
    try:
        found = json.loads((hidden / LOCK).read_text(encoding="utf-8"))
        return str(found["address"]), bool(found["accounts"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", True
